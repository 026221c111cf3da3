# SPDX-License-Identifier: Apache-2.0
"""Jobs that run with each defect: ``jobs.toml``, parts of the tests of the lists."""

from pathlib import Path

from regressions.job_list import load

__all__ = ["JOBS", "load"]

JOBS = Path(__file__).with_name("jobs.toml")
