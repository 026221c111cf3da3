# SPDX-License-Identifier: Apache-2.0
"""Certificates: a farm that has them serves nobody without, and gives the same report."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from regressions.errors import UserError
from regressions.farm.sameness import differences
from regressions.farm.spec import parse_farm
from regressions.paths import ROOT
from tests.farm.cluster import run
from tests.runner.harness import Runner

TLS = '[tls]\nca = "{0}/farm.pem"\ncert = "{0}/farm.pem"\nkey = "{0}/farm.key"\n'


def certificate(folder: Path) -> Path:
    """Make a certificate by the command in docs/farm.md; returns the settings that name it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes certificates, is not installed")
    (command,) = [
        line for line in (ROOT / "docs" / "farm.md").read_text().splitlines() if "openssl req" in line
    ]
    folder.mkdir(exist_ok=True)
    subprocess.run(command.strip(), shell=True, cwd=folder, check=True, capture_output=True)
    file = folder / "farm.toml"
    file.write_text(TLS.format(folder))
    return file


def test_a_farm_with_certificates_gives_the_report_of_a_local_run(runner: Runner) -> None:
    pytest.importorskip("distributed", reason="make env FARM=local:2 installs the engine of farms")
    file = certificate(runner.folder / "mine")
    runner.tests(good={}, wrong={"knobs": {"behave": "mismatch", "at": 2}})
    farm = run(runner, "farm", "--farm", f"local:2:{file}")
    assert list(differences(run(runner, "local", "--jobs", "2"), farm)) == []


def test_nobody_without_a_certificate_of_the_authority_is_served(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="make env FARM=local:2 installs it")
    from regressions.farm.engine import DaskEngine, security

    own, other = certificate(tmp_path / "own"), certificate(tmp_path / "other")
    with DaskEngine(parse_farm(f"local:1:{own}")) as engine:
        address = engine.address
        assert address.startswith("tls://127.0.0.1:")

        async def reached(to: str, how: object) -> bool:
            try:
                async with distributed.Client(to, security=how, asynchronous=True, timeout=3) as client:
                    return bool(await client.nthreads())
            except (OSError, TimeoutError, RuntimeError, ValueError):
                return False

        plain = address.replace("tls://", "tcp://")
        assert asyncio.run(reached(address, security(parse_farm(f"local:1:{own}"))))
        assert not asyncio.run(reached(address, security(parse_farm(f"local:1:{other}"))))
        assert not asyncio.run(reached(plain, None))


def test_a_certificate_that_is_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "farm.toml"
    file.write_text(TLS.format(tmp_path))
    with pytest.raises(UserError) as error:
        parse_farm(f"local:2:{file}")
    said = f"{file}: [tls] names {tmp_path}/farm.pem, which cannot be read: docs/farm.md has a command that "
    assert str(error.value) == f"{said}makes one"
