# SPDX-License-Identifier: Apache-2.0
"""A further kind of devices is its two classes and a line in each registry, and nothing else knows of it."""

import json
import re
from pathlib import Path

import pytest

from regressions import cli, kinds
from regressions.errors import NoDefects
from regressions.kinds import defects_of, with_defects
from regressions.paths import ROOT
from regressions.services import Services
from regressions.targets import MakeTarget
from regressions.testbench import narrowed, not_applicable, open_sizes
from tb import kinds as simulated
from tb.descriptor import load
from tb.kinds import kind_of, targets
from tb.schema import SchemaError
from tb.sequences import names
from tests.runner.fake import FakeSimulator
from tests.runner.harness import Runner
from tests.runner.toy_kind import Toy, ToyConfig

DESCRIPTOR = f'base = "{ROOT}/tb/duts/redmule.toml"\nname = "cart"\ntoy = {{ wheels = 2 }}\n'
LIST = """
[[test]]
name = "roll"
sequence = "toys"
runs_on = "toy"
tiers = ["smoke"]
count = 4

[[test]]
name = "jobs"
sequence = "gemm_op"
tiers = ["smoke"]
count = 4
"""


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The descriptor of a toy, whose kind is registered."""
    monkeypatch.setitem(simulated.KINDS, "toy", "tests.runner.toy_kind:Toy")
    monkeypatch.setitem(kinds.KINDS, "toy", "tests.runner.toy_kind:ToyRunner")
    path = tmp_path / "cart.toml"
    path.write_text(DESCRIPTOR)
    return path


def test_both_registries_have_the_same_kinds() -> None:
    assert list(kinds.KINDS) == list(simulated.KINDS)
    for name in kinds.KINDS:
        kind = kinds.runner(name)
        assert kind.name == simulated.kind(name).name == name
        assert callable(kind.bench)
        assert callable(kind.bare)


def test_a_descriptor_with_the_table_of_a_kind_is_of_that_kind(toy: Path) -> None:
    device = load(toy)
    assert (device.kind, device.config, device.cover) == ("toy", ToyConfig(2, 8), None)
    assert isinstance(kind_of(device), Toy)
    assert "toy" in targets()
    assert "toys" in names()
    toy.write_text(DESCRIPTOR.replace("wheels", "wheel"))
    with pytest.raises(SchemaError, match=r"toy\.wheel: unknown key 'wheel'; did you mean 'wheels'\?"):
        load(toy)


def test_a_device_is_of_one_kind(toy: Path) -> None:
    toy.write_text(DESCRIPTOR + "cluster = {}\n")
    with pytest.raises(SchemaError, match="cluster and toy are kinds of devices, and a device is of one"):
        load(toy)


def test_a_plan_of_its_tests_runs_and_is_reported(runner: Runner, toy: Path) -> None:
    (runner.folder / "list.toml").write_text(LIST)
    services = Services(lambda _: FakeSimulator(), load, open_sizes, not_applicable, narrowed)
    options = ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml"), "--dut", str(toy)]
    code = cli.main(["regressions", "--tier", "smoke", *options], services)
    assert [(row["dut"], row["name"]) for row in runner.summary("smoke-cart")["tests"]] == [("cart", "roll")]
    assert runner.summary("smoke-cart")["tests"][0]["jobs_planned"] == 8, "a job for each of two wheels"
    assert code == 0
    run = runner.build / "reports" / "smoke-cart"
    plan = json.loads((run / "sims" / "0000" / "plan.json").read_text())
    assert plan["programs"] == {"roll": {"path": "of a toy", "error": ""}}
    assert set(runner.summary("smoke-cart")["coverage"]["toy"]) == {"functional", "bins"}
    assert (run / "coverage-toy.json").exists()
    page = (run / "report.html").read_text()
    assert re.search(r'<a href="#coverage-toy">of toys</a>.*<a href="#toys">Toys</a>', page)
    assert "Functional coverage of the toys" in page
    assert '<section id="toys"><p>a rattle</p></section>' in page


@pytest.mark.usefixtures("toy")
def test_a_test_wants_a_device_of_its_kind(runner: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    (runner.folder / "list.toml").write_text(LIST.replace('runs_on = "toy"', ""))
    services = Services(lambda _: FakeSimulator(), load, open_sizes, not_applicable, narrowed)
    options = ["--build", str(runner.build), "--lists", str(runner.folder / "list.toml"), "--dut", "redmule"]
    assert cli.main(["run", "--test", "roll", *options], services) == 2
    assert 'test roll: toys wants runs_on = "toy"' in capsys.readouterr().err


@pytest.mark.usefixtures("toy")
def test_commands_of_a_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = MakeTarget("play", ("BUILD",), "tests.runner.toy_kind:play")
    monkeypatch.setattr(cli, "commands", lambda: {"play": target})
    assert cli.main(["play", "--build", str(tmp_path)]) == 0


@pytest.mark.usefixtures("toy")
def test_what_a_kind_leaves_out_is_not_there() -> None:
    own = kinds.runner("toy")
    assert own.speed() is None
    assert list(with_defects()) == ["redmule", "cluster"]


def test_defects_are_those_of_the_devices_kind(toy: Path) -> None:
    assert defects_of("cluster_2").label == defects_of("cluster").label == "mutants-cluster"
    assert defects_of("serial").label == defects_of("redmule").label == "mutants"
    with pytest.raises(NoDefects, match="is a device of a kind that has no defects"):
        defects_of(str(toy))


@pytest.mark.parametrize("folder", ["tb", "regressions"])
def test_nothing_but_their_own_places_knows_the_kinds(folder: str) -> None:
    """No module outside of `tb/cluster` and `regressions/cluster` imports them or branches on the name."""
    root = ROOT / folder
    outside = [path for path in root.rglob("*.py") if path.relative_to(root).parts[0] != "cluster"]
    knowing = re.compile(r"\b(tb|regressions)\.cluster\b|[\"']cluster")
    found = {str(path.relative_to(ROOT)) for path in outside if knowing.search(path.read_text())}
    # The registry, and the table of the contract's documents.
    assert found <= {f"{folder}/kinds.py", "regressions/contract.py"}
    assert len(outside) > 50
