# SPDX-License-Identifier: Apache-2.0
"""Settings that the engine's workers get are ones that it knows, however they are started."""

from pathlib import Path
from typing import Any

import pytest

from regressions.farm.spec import parse_farm
from regressions.farm.worker_settings import WORKER_SETTINGS, variables

dask = pytest.importorskip("dask", reason="make env FARM=local:2 installs the engine of farms")
pytest.importorskip("distributed")


def test_the_engine_knows_all_settings() -> None:
    from regressions.farm.engine import _configuration

    settings = _configuration(parse_farm("local:1"))
    assert WORKER_SETTINGS.items() <= settings.items()
    for name in settings:
        dask.config.get(name)  # raises KeyError for one that has another name by now


def test_variables_say_the_same() -> None:
    read = dask.config.collect(paths=[], env=variables())
    for name, value in WORKER_SETTINGS.items():
        assert str(dask.config.get(name, config=read)) == value


def test_jobs_of_a_queue_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regressions.farm import engine

    asked: dict[str, Any] = {}
    monkeypatch.setattr("dask_jobqueue.SLURMCluster", lambda **options: asked.update(options))
    file = tmp_path / "farm.toml"
    file.write_text("")
    engine.cluster_of(parse_farm(f"slurm:{file}"))
    lines = asked["job_script_prologue"]
    assert all(f"export {name}={value}" in lines for name, value in variables().items())
