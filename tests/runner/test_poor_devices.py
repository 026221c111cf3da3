# SPDX-License-Identifier: Apache-2.0
"""All tests of the project are planned, without a simulator, for devices that have less than ours."""

from pathlib import Path

import pytest

from regressions import testlist
from regressions.paths import ROOT
from regressions.planning import applicable
from regressions.services import real_services
from regressions.testbench import open_sizes, stream_of
from regressions.tiers import load_tiers
from tb.descriptor import load
from tb.stimulus.stream import ScenarioStream

DRAWN = 2


def _sizes(limits: str) -> str:
    return f"traits = {{ m = {{ {limits} }}, n = {{ {limits} }}, k = {{ {limits} }} }}"


DEVICES = {
    "no_e4m3": 'formats = ["FP16", "E5M2", "BF16"]',
    "no_e5m2": 'formats = ["FP16", "E4M3", "BF16"]',
    "two_formats": 'formats = ["FP16", "E5M2"]',
    "fp16": 'formats = ["FP16"]\nmixed_formats = false',
    "bf16": 'formats = ["BF16"]\nmixed_formats = false',
    "products": 'operations = ["GEMM", "MATMUL"]',
    "gemm": 'operations = ["GEMM"]',
    "matmul": 'operations = ["MATMUL"]',
    "addmax": 'operations = ["ADDMAX"]',
    "no_queue": "registers = { queue = 0 }",
    "one_core": "parameters = { N_CORES = 1 }",
    "two_cores": "parameters = { N_CORES = 2 }",
    "no_ids": "parameters = { N_CORES = 1 }\nregisters = { access_ids = false }",
    "from_8": _sizes("least = 8, multiple = 8"),
    "up_to_16": _sizes("most = 16"),
    "from_1_to_4": _sizes("least = 1, most = 4"),
}
"""Keys in which a descriptor differs from that of the array."""

WITHOUT = {
    "bf16": {"gemm_ops_balanced", "edges_long_copies", "public_ci"},
    "matmul": {"edges_long_copies", "public_ci"},
    "gemm": {"reg_coincidences"},
    "one_core": {"reg_bad_id", "reg_non_holder", "reg_coincidences"},
    "two_cores": {"reg_coincidences"},
}
"""Some of the tests that have no meaning then."""
NARROWED = {
    "no_e4m3": {("gemm_ops_copies", "fmt")},
    "two_formats": {("gemm_ops_copies", "fmt"), ("edges_long_dimensions", "fmt")},
    "bf16": {("gemm_ops_copies", "fmt")},
    "matmul": {("gemm_ops_copies", "op")},
    "gemm": {("gemm_ops_copied_values", "op")},
}
"""Some of the tests that run all the same, and the knob of which some values are left."""


@pytest.mark.parametrize("name", DEVICES)
def test_each_test_is_planned_or_left_out_with_its_reason(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(f'base = "{ROOT}/tb/duts/redmule.toml"\nname = "{name}"\n{DEVICES[name]}\n')
    device = load(path)
    entries = testlist.load([testlist.LISTS], load_tiers()).values()
    suited = [entry for entry in entries if testlist.suits(entry, device)]
    tests, parts = applicable(suited, real_services(1), device)
    assert {tier for entry in tests for tier in entry.tiers} >= {"smoke", "pr", "nightly", "public_ci"}
    for entry in tests:
        sizes, drawing = open_sizes(entry, 1, device), stream_of(entry, 1, device)
        for index in range(min(entry.count or DRAWN, DRAWN)):
            assert sizes(index)[0] >= 0
            if isinstance(drawing, ScenarioStream):
                assert device.cannot(drawing.scenario(index)) is None, f"{entry.name}:{index}"
    assert all(part.reason for part in parts)
    assert {part.test for part in parts if part.whole} >= WITHOUT.get(name, set())
    ran = {entry.name for entry in tests}
    assert {(part.test, part.knob) for part in parts if part.test in ran} >= NARROWED.get(name, set())
