# SPDX-License-Identifier: Apache-2.0
"""The jobs that each defect has to get past: ``jobs.toml``, parts of the tests of the lists."""

from __future__ import annotations

from pathlib import Path

from regressions.job_list import load

__all__ = ["JOBS", "load"]

JOBS = Path(__file__).with_name("jobs.toml")
