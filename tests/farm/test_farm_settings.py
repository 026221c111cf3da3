# SPDX-License-Identifier: Apache-2.0
"""FARM= and farm.toml, the likeness of nodes, and that plain runs need nothing of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from regressions import environment
from regressions.errors import UserError
from regressions.farm import likeness
from regressions.farm.contents import digest
from regressions.farm.likeness import FEATURES, differs, needed, source_key
from regressions.farm.spec import parse_farm
from regressions.paths import ROOT

QUEUE = '[queue]\nqueue = "short"\ncores = 8\nmaximum = 20\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("local:0", "FARM must be like local:4"),
        ("local", "FARM must be like local:4"),
        ("grid", "FARM must be like local:4, tcp://host:8786 or one of slurm, lsf, pbs, sge, htcondor"),
        ("tcp://host:8786", "whoever reaches the scheduler on host can run programs as you"),
        ("slurm:missing.toml", "there is no missing.toml, which says how jobs of slurm are asked for"),
    ],
)
def test_a_farm_that_is_none_is_told(text: str, said: str) -> None:
    with pytest.raises(UserError) as error:
        parse_farm(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[queue]\ncores = 0", "cores is at least 1"),
        ("[queue]\nminimum = 5", "minimum at most maximum"),
        ("[queue]\nwaltime = '1h'", "unknown field `waltime` - at `$.queue`"),
        ("repeats = 0", "repeats is at least 1"),
        ("repeats = ", "Invalid value"),
        ("[queue]\nhost = '10.0.0.1'", "trusted = true"),
    ],
)
def test_settings_that_are_wrong_are_told(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "farm.toml"
    file.write_text(text)
    with pytest.raises(UserError) as error:
        parse_farm(f"slurm:{file}")
    assert said in str(error.value)


def test_settings_are_read(tmp_path: Path) -> None:
    file = tmp_path / "farm.toml"
    file.write_text(f'march = "x86-64-v3"\ntrusted = true\n{QUEUE}host = "10.0.0.1"\n')
    farm = parse_farm(f"lsf:{file}")
    assert (farm.kind, farm.queue) == ("queue", "LSFCluster")
    assert (farm.settings.queue.cores, farm.settings.queue.maximum) == (8, 20)
    pem = tmp_path / "a.pem"
    pem.touch()
    file.write_text(f'{QUEUE}host = "10.0.0.1"\n[tls]\nca = "{pem}"\ncert = "{pem}"\nkey = "{pem}"\n')
    assert parse_farm(f"pbs:{file}").settings.tls is not None


def test_a_node_may_have_more_features_and_nothing_else() -> None:
    here = {"machine": "x86_64", "C library": "glibc 2.36", FEATURES: "avx avx2"}
    assert differs(here, here, frozenset({"avx", "avx2", "avx512f"})) == ""
    assert "lacks avx2" in differs(here, here, frozenset({"avx"}))
    assert "C library is 'musl'" in differs(here, here | {"C library": "musl"}, frozenset({"avx", "avx2"}))
    assert needed("x86-64-v3") > needed("x86-64-v2") > needed("x86-64")
    with pytest.raises(UserError, match=r"march = 'haswell': choose one of x86-64, "):
        needed("haswell")


def test_sources_are_part_of_the_likeness(tmp_path: Path) -> None:
    file = tmp_path / "models" / "a.py"
    file.parent.mkdir()
    file.write_text("one\n")
    before = source_key(tmp_path)
    likeness.source_key.cache_clear()
    file.write_text("two\n")
    assert source_key(tmp_path) != before


def test_a_changed_file_has_another_digest(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"1")
    before = digest(file)
    file.write_bytes(b"12")
    assert digest(file) != before


_PLAIN = """
import sys
from regressions import cli
from tests.runner.fake import services
code = cli.main(["regressions", "--tier", "smoke", "--dut", "redmule", *sys.argv[1:]], services())
found = {name for name in sys.modules if name.partition(".")[0] in ("dask", "distributed", "dask_jobqueue")}
ours = {name for name in sys.modules if name.startswith("regressions.farm.")} - {"regressions.farm.spec"}
ours |= {"regressions.attempts", "regressions.shrinking"} & set(sys.modules)  # of what fails alone
assert code == 0 and not found and not ours, (code, found, ours)
"""


def test_a_plain_run_imports_nothing_of_the_engine(tmp_path: Path) -> None:
    options = [
        "--build",
        str(tmp_path / "build"),
        "--tests",
        "fake_*",
        "--lists",
        str(tmp_path / "list.toml"),
    ]
    (tmp_path / "list.toml").write_text(
        '[[test]]\nname = "fake_one"\nsequence = "gemm_op"\ntiers = ["smoke"]\ncount = 2\n'
    )
    done = subprocess.run(
        [sys.executable, "-c", _PLAIN, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plain_environment_installs_nothing_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def prepare(folder: Path, own: bool, requirements: Path = environment.REQUIREMENTS) -> str:
        del folder, own
        asked.append(requirements)
        return ""

    monkeypatch.setattr(environment, "prepare", prepare)
    assert environment.main(tmp_path, ["TIER", "SEED"]) == 0
    assert asked == [ROOT / "requirements.txt"]
    assert environment.main(tmp_path, ["FARM"]) == 0
    assert asked[1:] == [ROOT / "requirements.txt", ROOT / "requirements-farm.txt"]
    plain = (ROOT / "requirements.txt").read_text()
    assert not {"dask==", "distributed==", "dask-jobqueue=="} & set(plain.split())
    assert "distributed==" in (ROOT / "requirements-farm.txt").read_text()


def test_for_a_farm_that_is_none_nothing_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(environment, "prepare", lambda _folder, _own, file: asked.append(file.name) or "")
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    assert environment.main(tmp_path, ["FARM"], "nonsense") == 2
    assert capsys.readouterr().err.startswith("error: FARM must be like local:4, tcp://host:8786 or one of")
    assert environment.main(tmp_path, ["FARM"], "local:2") == 0
    assert asked == ["requirements.txt", "requirements.txt", "requirements-farm.txt"]
