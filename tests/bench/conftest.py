# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of the bench's C++ side."""

import ctypes as ct
from collections.abc import Callable

import pytest

from tests.bench.bench_library import BenchInstance, compile_library


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., BenchInstance]:
    """Makes bench instances; each has its own state. One library for the process: its symbols are global."""
    library = ct.CDLL(str(compile_library(tmp_path_factory.mktemp("bench"))), mode=ct.RTLD_GLOBAL)
    return lambda lanes=9: BenchInstance(library, lanes)


@pytest.fixture
def bench(new: Callable[..., BenchInstance]) -> BenchInstance:
    """A bench instance."""
    return new()
