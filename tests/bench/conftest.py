# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of the bench's C++ side."""

import ctypes as ct
from collections.abc import Callable, Iterator

import pytest

from tb.env.background import Background
from tests.bench.bench_library import DPI, BenchInstance, compile_cpp


@pytest.fixture(scope="session")
def new() -> Callable[..., BenchInstance]:
    """Makes bench instances; each has its own state. One library for the process: its symbols are global."""
    built = compile_cpp("libbench.so", [DPI / "bench.cpp"], (), "-shared", "-fPIC")
    library = ct.CDLL(str(built), mode=ct.RTLD_GLOBAL)
    return lambda lanes=9: BenchInstance(library, lanes)


@pytest.fixture
def bench(new: Callable[..., BenchInstance]) -> BenchInstance:
    """A bench instance."""
    return new()


@pytest.fixture
def background() -> Iterator[Background]:
    """A thread that ends with the test."""
    made = Background()
    yield made
    made.close()
