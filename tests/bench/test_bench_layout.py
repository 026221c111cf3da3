# SPDX-License-Identifier: Apache-2.0
"""C++, SystemVerilog and Python agree on memory layout, constants and numbers of rules."""

import ctypes as ct
import re
import subprocess
from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest

from tb.agents.control.rules import DESCRIPTIONS as PERIPH_DESCRIPTIONS
from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import DESCRIPTIONS as TCDM_DESCRIPTIONS
from tb.agents.tcdm.rules import TcdmRule
from tb.dpi import bindings, deputy, player, setting
from tests.bench.bench_library import compile_cpp

SV = Path(__file__).resolve().parents[2] / "tb" / "sv"

STRUCTURES: dict[str, type[ct.Structure]] = {
    "Shared": bindings.Shared,
    "Range": bindings.Range,
    "Violation": bindings.Violation,
    "PlayState": player.PlayState,
    "QueuedJob": deputy.QueuedJobRow,
    "RegisterState": deputy.RegisterState,
}
RECORDS: dict[str, np.dtype[np.void]] = {
    "AccessRecord": bindings.ACCESS_DTYPE,
    "EventRecord": bindings.EVENT_DTYPE,
    "PortRecord": bindings.PORT_DTYPE,
    "ProbeRecord": bindings.PROBE_DTYPE,
    "StateRecord": bindings.STATE_DTYPE,
    "Violation": bindings.VIOLATION_DTYPE,
    "Range": setting.RANGE_DTYPE,
    "PlayedAccess": player.PLAYED_DTYPE,
}
# Structures that Python packs and unpacks, by their bytes.
PACKED = {
    "JudgedJob": deputy.JOB_ROW.size + deputy.TASK_BYTES,
    "Setting": setting.HEAD.size,
    "Measured": deputy.MEASURED_ROW.size,
    "AccessTrace": deputy.TRACE_ROW.size,
    "JudgedDevice": 4 * (2 * deputy.WORDS + 10),
}
# Constants of one name but for its style: kWakeEvent is WAKE_EVENT.
SAME = (
    *("LAYOUT_VERSION", "RULE_COUNT", "CAUSE_COUNT", "BANK_COUNT", "COVER_EVENTS"),
    "STRAY_RESPONSE",
    *("WAKE_EVENT", "WAKE_WATCHDOG", "WAKE_ALARM", "WAKE_PLAYER", "BUSY_RISE", "BUSY_FALL"),
    *("RESET_FALL", "RESET_RISE", "PORT_REQUEST", "PORT_GRANT", "PORT_RESPONSE"),
)
CONSTANTS = {
    **{f"k{name.title().replace('_', '')}": getattr(bindings, name) for name in SAME},
    **{f"k{name.title()}": value for name, value in bindings.WRITE_RESPONSES.items()},
    **{"kRangeCount": setting.RANGE_COUNT, "kPlayCapacity": player.CAPACITY, "kPlayed": player.PLAYED},
    **{"kNoGrant": player.NO_GRANT, "kNoResponse": player.NO_RESPONSE},
    **{"kWords": deputy.WORDS, "kJudgedJobs": deputy.MOST_JOBS, "kCauseCount": deputy.NO_CAUSE},
    **{
        f"k{name.title().replace('_', '').replace(' ', '')}": at for at, name in enumerate(deputy.KINDS) if at
    },
    **{"kJobEnd": bindings.EVENT_END, "kReserved": bindings.EVENT_RESERVED},
}

BEAT_FIELDS = ("cycle", "add", "flags", "answered")


@pytest.fixture(scope="module")
def cpp(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Sizes, offsets and constants as the C++ compiler sees them, by expression."""
    wanted = [f"bench::{name}" for name in CONSTANTS]
    for name, structure in STRUCTURES.items():
        wanted += [f"sizeof(bench::{name})"]
        wanted += [f"offsetof(bench::{name}, {field[0]})" for field in structure._fields_]
    for name, dtype in RECORDS.items():
        wanted += [
            f"sizeof(bench::{name})",
            *(f"offsetof(bench::{name}, {field})" for field in dtype.names or ()),
        ]
    wanted += [f"sizeof(bench::{name})" for name in ("BeatHeader", *PACKED)]
    wanted += [f"offsetof(bench::BeatHeader, {field})" for field in BEAT_FIELDS]
    lines = [f'std::printf("%llu\\n", static_cast<unsigned long long>({text}));' for text in wanted]
    source = tmp_path_factory.mktemp("layout") / "layout.cpp"
    includes = '#include "bench.h"\n#include <cstddef>\n#include <cstdio>\n'
    source.write_text("\n".join([f"{includes}int main() {{", *lines, "}\n"]))
    program = compile_cpp("layout", [source])
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    return dict(zip(wanted, map(int, printed), strict=True))


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures_lie_alike(name: str, cpp: dict[str, int]) -> None:
    structure = STRUCTURES[name]
    assert ct.sizeof(structure) == cpp[f"sizeof(bench::{name})"]
    for field in structure._fields_:
        offset = getattr(structure, field[0]).offset
        assert offset == cpp[f"offsetof(bench::{name}, {field[0]})"], field[0]


@pytest.mark.parametrize("name", STRUCTURES)
def test_no_field_of_the_header_is_missing_in_python(name: str) -> None:
    header = (SV.parent / "dpi" / "bench.h").read_text()
    body = re.search(rf"struct {name} \{{(.*?)\n\}};", header, re.DOTALL)
    code = re.sub(r"//.*", "", body[1])
    fields = re.findall(r"(\w+)(?:\[\w+\])?\s*[;,]", code)
    assert fields == [field[0] for field in STRUCTURES[name]._fields_]


@pytest.mark.parametrize("name", RECORDS)
def test_records_lie_alike(name: str, cpp: dict[str, int]) -> None:
    dtype = RECORDS[name]
    assert dtype.itemsize == cpp[f"sizeof(bench::{name})"]
    for field, (_, offset, *_) in dtype.fields.items():
        assert offset == cpp[f"offsetof(bench::{name}, {field})"], field


@pytest.mark.parametrize("name", PACKED)
def test_packed_structures_are_as_long(name: str, cpp: dict[str, int]) -> None:
    assert PACKED[name] == cpp[f"sizeof(bench::{name})"]


@pytest.mark.parametrize(("lanes", "words"), [(5, 10), (9, 16), (17, 24)])
def test_beats_lie_alike(lanes: int, words: int, cpp: dict[str, int]) -> None:
    dtype = bindings.beat_dtype(lanes, words)
    for field in BEAT_FIELDS:
        assert dtype.fields[field][1] == cpp[f"offsetof(bench::BeatHeader, {field})"]
    assert dtype.fields["be"][1] == cpp["sizeof(bench::BeatHeader)"]
    assert dtype.itemsize == 4 * words


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_are_equal(name: str, cpp: dict[str, int]) -> None:
    assert CONSTANTS[name] == cpp[f"bench::{name}"]


def test_rules_have_the_same_numbers_in_systemverilog_and_python() -> None:
    text = (SV / "rules_pkg.sv").read_text()
    numbers = {name: int(number) for name, number in re.findall(r"RULE_(\w+)\s*= (\d+)", text)}
    rules: list[type[IntEnum]] = [TcdmRule, PeriphRule]
    assert numbers == {rule.name: rule.value for kind in rules for rule in kind}


def test_every_rule_is_asserted_and_described() -> None:
    text = (SV / "tcdm_rules.sv").read_text() + (SV / "periph_rules.sv").read_text()
    reported = set(re.findall(r"bench_violation\(bench_i, \$sampled\(cycle_i\), RULE_(\w+)\)", text))
    assert reported == {rule.name for rule in (*TcdmRule, *PeriphRule)}
    assert set(TCDM_DESCRIPTIONS) == set(TcdmRule)
    assert set(PERIPH_DESCRIPTIONS) == set(PeriphRule)
    assert all(0 < number < 32 for number in TcdmRule)
    assert all(32 <= number < bindings.RULE_COUNT for number in PeriphRule)
    assert {rule.name for rule in PeriphRule if rule.by_bench} == {"PERIPH_STABLE", "PERIPH_RETRACTED"}
