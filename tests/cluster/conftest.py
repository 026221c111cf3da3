# SPDX-License-Identifier: Apache-2.0
"""The runner over the fake simulator, for the cluster's part of reports."""

from tests.runner.conftest import runner

__all__ = ["runner"]
