# SPDX-License-Identifier: Apache-2.0
"""The committed defects apply to the sources; data that do not are refused with one line."""

import re
from collections import Counter
from pathlib import Path

import pytest

from regressions.cluster import units
from regressions.cluster.mutants import target as cluster
from regressions.commands.mutants import select
from regressions.errors import UserError
from regressions.mutants import defects, placement
from regressions.mutants.acting import SELECTOR
from regressions.mutants.build import write_copies
from regressions.mutants.operators import OPERATORS
from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule
from tb.descriptor import load
from tb.exchange.checks import CHECKS
from tb.schema import SchemaError

HEAD = 'schema = 1\ndevice = "serial"\n'
ENTRY = """
[[defect]]
id = "alu-first"
file = "serial_alu.sv"
line = 'LINE'
replacement = 'x = y;'
about = "something"
"""


FULL, PARITY = "redmule_full_4x12x3", "redmule_ft_4x12x3"
DEVICES = {
    "redmule": (load("redmule"), 200),
    cluster.NAME: (cluster.CLUSTER, 183),
    FULL: (load(FULL), 21),
    PARITY: (load(PARITY), 3),
}
"""Sources, and how many defects there are at least."""
# Types and constants alone, and wires alone between the cluster and its memories.
PLAIN = {"cluster_pkg.sv", "cluster_system.sv"}
# Of fault tolerance, which the main array does not have: their defects are those of a device that has it.
GUARD = {
    FULL: {
        f"redmule_{part}.sv"
        for part in ("compare", "faults", "guard", "halves", "lockstep", "modes", "retry")
    },
    PARITY: {"redmule_w_parity.sv"},
}


@pytest.mark.parametrize("name", DEVICES)
def test_every_defect_is_rendered_as_asked(name: str, tmp_path: Path) -> None:
    everything, (device, least) = defects.load(name), DEVICES[name]
    copies = write_copies(everything, placement.place_all(everything, device), tmp_path)
    text = "".join(path.read_text() for path in copies.changed.values())
    for number in range(1, len(everything) + 1):
        assert f"{SELECTOR} == {number})" in text
    assert len(everything) >= least


@pytest.mark.parametrize("name", DEVICES)
def test_each_module_has_three_defects(name: str) -> None:
    thought_of = Counter(Path(defect.file).name for defect in defects.load(name) if not defect.operator)
    own = {Path(source).name for source in placement.own_sources(DEVICES[name][0])}
    modules = GUARD.get(name, own - PLAIN - set().union(*GUARD.values()))
    assert modules <= own
    assert {module: thought_of[module] for module in modules if thought_of[module] < 3} == {}


@pytest.mark.parametrize("name", sorted(DEVICES.keys() - GUARD.keys()))
def test_operators_made_forty(name: str) -> None:
    made = Counter(defect.operator for defect in defects.load(name) if defect.operator)
    assert made.total() >= 40
    assert set(made) == set(OPERATORS)


@pytest.mark.parametrize("name", ["redmule", *GUARD])
def test_defects_that_were_thought_of_name_checkers_or_a_reason(name: str) -> None:
    rules = {f"rule {int(rule)}" for rule in (*TcdmRule, *PeriphRule)}
    for defect in defects.load(name):
        if not defect.operator:
            assert bool(defect.seen_by) != bool(defect.reason), defect.id
        assert set(defect.seen_by) <= {*CHECKS, "test"} | rules, defect.id


def test_defects_of_the_cluster_name_rules_of_its_benches_or_a_reason() -> None:
    monitors = [units.BENCH_DPI / f"{name}.cpp" for name in ("monitor", "peripherals")]
    sources = [*units.FOLDER.glob("*.cpp"), *monitors]
    rules = set(re.findall(r'\b(?:error|violated|compare)\("(\w+)"', "".join(p.read_text() for p in sources)))
    assert {"wait", "memory", "arbitration", "tcdm"} <= rules
    named = rules | {"trap", "end", "return", "report", "memory"}
    used: set[str] = set()
    for defect in defects.load(cluster.NAME):
        if not defect.operator:
            assert bool(defect.seen_by) != bool(defect.reason), defect.id
        assert set(defect.seen_by) <= named, defect.id
        used |= set(defect.seen_by)
    # Every rule of a bench of single modules has a defect that it has to find, but that enough has happened.
    benches = set(re.findall(r'\berror\("(\w+)"', "".join(p.read_text() for p in units.FOLDER.glob("*.cpp"))))
    assert benches - used == {"traffic"}


def written(folder: Path, text: str) -> Path:
    (folder / "serial.toml").write_text(text)
    return folder


def test_stale_line_is_one_clear_line(tmp_path: Path) -> None:
    everything = defects.load("serial", written(tmp_path, HEAD + ENTRY.replace("LINE", "assign gone = 1;")))
    with pytest.raises(SchemaError, match=r"alu-first: serial_alu.sv: no line reads 'assign gone = 1;'"):
        placement.place_all(everything, load("serial"))


def test_unknown_file_names_the_nearest(tmp_path: Path) -> None:
    text = HEAD + ENTRY.replace("serial_alu.sv", "serial_alux.sv")
    with pytest.raises(SchemaError, match=r"no source file 'serial_alux.sv'; did you mean 'serial_alu.sv'"):
        placement.place_all(defects.load("serial", written(tmp_path, text)), load("serial"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEAD + ENTRY + ENTRY, "the id is used twice"),
        (HEAD.replace("serial", "other") + ENTRY, "does not suit the file's name"),
        (HEAD + ENTRY + 'equivalent = "a"\nunreachable = "b"\n', "keep one reason"),
        (HEAD + ENTRY + 'equivalant = "a"\n', "did you mean 'equivalent'"),
        (HEAD + ENTRY.replace("alu-first", "Alu first"), "is no id"),
        (HEAD + ENTRY.replace("LINE", " x = 1;"), "without the blanks"),
    ],
)
def test_malformed_data_are_one_clear_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        defects.load("serial", written(tmp_path, text))


def test_device_without_defects_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no defects of device serial"):
        defects.load("serial", tmp_path)


def test_patterns_choose_defects_and_modules() -> None:
    everything = {name: defects.load(name) for name in ("redmule", "cluster")}
    chosen = select(everything, "redmule_arbiter, port-*, cluster_fifo")
    assert {defect.file for _, defect in chosen["redmule"]} == {"redmule_arbiter.sv", "redmule_port.sv"}
    assert {defect.file for _, defect in chosen["cluster"]} == {"cluster_fifo.sv"}
    for name, its in everything.items():
        assert all(its[number - 1] is defect for number, defect in chosen[name])
    assert not select(everything, "port-*")["cluster"]
    assert select(everything, "")["cluster"] == list(enumerate(everything["cluster"], start=1))
    with pytest.raises(UserError, match="unknown defect or module 'arbitre-w-first'; did you mean"):
        select(everything, "arbitre-w-first")
