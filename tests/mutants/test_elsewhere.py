# SPDX-License-Identifier: Apache-2.0
"""Campaigns on other devices than the data's, on files of packages, with other jobs and kinds of build."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from regressions.cluster.mutants.target import ClusterTarget
from regressions.commands.mutants import listed, mutants
from regressions.errors import NoDefects, UserError
from regressions.mutants import placement
from regressions.mutants.acting import Acting, plain_words
from regressions.mutants.build import write_copies
from regressions.mutants.defects import read
from regressions.mutants.device import DeviceTarget
from regressions.mutants.macros import without_macros
from regressions.mutants.source import VerilogSource
from regressions.order import Order
from regressions.paths import BuildTree
from regressions.services import real_services
from tb.descriptor import load
from tb.paths import ROOT

HEAD = 'schema = 1\ndevice = "redmule"\n'
# A counter past which sums are wrong; the second one is never reached.
COUNTED = """
[[defect]]
id = "after-%d"
file = "redmule_ce.sv"
line = "else if (advance_i) acc_o <= tag.pass ? tag.acc : fused ? product : selected;"
replacement = '''else if (advance_i) begin static int unsigned steps = 0; steps <= steps + 1; \
acc_o <= steps > %d ? '1 : tag.pass ? tag.acc : fused ? product : selected; end'''
about = "sums are wrong after some steps"
%s
"""
STICKY = """
[[defect]]
id = "sticky"
file = "fpnew_fma.sv"
line = "assign sticky_after_norm = (| {sum_sticky_bits}) | sticky_before_add_q;"
replacement = "assign sticky_after_norm = sticky_before_add_q;"
about = "a sticky bit is lost"
seen_by = ["memory"]
"""
# A register that a macro makes.
HELD = (
    "always_ff @ ( posedge clk_i or negedge rst_ni ) begin if ( ! rst_ni ) begin mid_pipe_sum_q [ i + 1 ] <= "
)
HELD += "( '0 ) ; end else begin mid_pipe_sum_q [ i + 1 ] <= {} ( mid_pipe_sum_q [ i + 1 ] ) ; end end"
STICKY += f"""
[[defect]]
id = "held-sum"
file = "fpnew_fma.sv"
line = '''{HELD.format("( reg_ena ) ? ( mid_pipe_sum_q [ i ] ) :")}'''
replacement = '''{HELD.format("")}'''
about = "a register that is never loaded"
"""
JOBS = 'schema = 1\nseed = 1\njobs = ["gemm_ops_numerics:0:24"]\n'


def written(folder: Path, text: str, name: str = "own.toml") -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_an_instance_has_the_defects_of_the_sources_it_shares() -> None:
    assert listed(load("redmule_8x12x3"), "redmule") == listed(load("redmule"), "redmule")
    with pytest.raises(NoDefects, match="no defects of device serial"):
        listed(load("serial"), "redmule")


def test_more_than_two_contexts_have_defects_of_their_own() -> None:
    device = load("redmule_4x12x3_c4")
    own = listed(device, "redmule").defects
    assert own != listed(load("redmule"), "redmule").defects
    assert {each.module for each in own} >= {"redmule_queue", "redmule_follow", "redmule_scheduler"}
    assert placement.place_all(own, device)
    assert all(each.seen_by for each in own)


def test_tests_without_meaning_on_the_device_are_left_out() -> None:
    services = real_services(1)
    target = DeviceTarget(Order(), services, "redmule_4x12x3_c4")
    assert [each.test for each in target.left_out] == [
        "reg_lock_and_queue",
        "reg_soft_clear",
        "reg_coincidences",
    ]
    assert all("redmule_4x12x3_c4 has" in each.reason for each in target.left_out)
    assert list(DeviceTarget(Order(), services, "redmule").left_out) == []


def test_macros_are_expanded_on_their_line(tmp_path: Path) -> None:
    header = "`define FLOP(q, d) \\\n  always_ff @(posedge clk) begin \\\n    q <= d; \\\n  end\n"
    written(tmp_path, header, "flop.svh")
    text = '`include "flop.svh"\n// at ±0\nmodule m;\n  `FLOP(a,\n    b) // why\n  `FLOP(c, a)\nendmodule\n'
    assert without_macros(text, [tmp_path]).split("\n") == [
        *("", "// at ?0", "module m;"),
        "  always_ff @ ( posedge clk ) begin a <= b ; end",
        " // why",
        "  always_ff @ ( posedge clk ) begin c <= a ; end",
        *("endmodule", ""),
    ]


def test_a_file_of_a_package_is_changed_in_a_copy(tmp_path: Path) -> None:
    found = read(written(tmp_path, HEAD + STICKY)).defects
    device = load("redmule")
    package = next(path for path in device.sources if path.name == "fpnew_fma.sv")
    copies = write_copies(found, placement.place_all(found, device), tmp_path / "src")
    assert list(copies.changed) == ["fpnew_fma.sv"]
    copy = VerilogSource(copies.changed["fpnew_fma.sv"].read_text())
    assert Acting(copy).words() == plain_words(placement.read_source(package, device))
    assert "mutant_pkg" not in package.read_text()
    assert "fpnew_fma.sv" not in placement.own_sources(device)


def test_other_data_and_jobs_are_part_of_the_command_that_repeats_a_defect() -> None:
    order = Order(data=ROOT / "own.toml", job_list=ROOT / "jobs.toml", kind="xrand")
    assert order.campaign_options == "DATA=own.toml JOBLIST=jobs.toml KIND=xrand"
    assert Order().campaign_options == ""


def test_a_kind_of_build_that_there_is_not_is_refused() -> None:
    with pytest.raises(UserError, match="KIND: unknown build kind 'xrad'; did you mean 'xrand'"):
        DeviceTarget(Order(kind="xrad"), real_services(1), "redmule")
    with pytest.raises(UserError, match="defects of cluster have one kind of build"):
        ClusterTarget(Order(kind="xrand"), real_services(1), "cluster")


@pytest.mark.sim
def test_a_campaign_on_another_instance_and_kind_of_build(tmp_path: Path) -> None:
    base = ROOT / "tb" / "duts" / "redmule.toml"
    parameters = "parameters = { H = 2, L = 2, DW = 64 }"
    small = written(tmp_path, f'base = "{base}"\nname = "small"\n{parameters}\n', "small.toml")
    # What the data's device does not reach another may: that it is found is no complaint.
    unreachable = 'unreachable = "not on the data\'s device"'
    text = HEAD + STICKY + COUNTED % (300, 300, unreachable) + COUNTED % (4_000_000_000, 4_000_000_000, "")
    order = Order(
        processes=2,
        dut=str(small),
        kind="xrand",
        data=written(tmp_path, text),
        job_list=written(tmp_path, JOBS, "jobs.toml"),
        tree=BuildTree(tmp_path / "build"),
    )
    assert mutants(order, real_services(1), Console(file=io.StringIO())) == 1
    report = json.loads((tmp_path / "build" / "reports" / "mutants-own" / "mutants.json").read_text())
    assert (report["dut"], report["jobs"] < 60) == ("small", True)
    assert {each["id"]: (each["fate"], bool(each["complaint"])) for each in report["defects"]} == {
        "sticky": ("killed", False),
        "held-sum": ("killed", False),
        "after-300": ("killed", False),
        "after-4000000000": ("survived", True),
    }
    log = next((tmp_path / "build" / "runs").glob("*/sims/sticky/*/sim.log")).read_text()
    assert f"rerun: make mutants TESTS=sticky DUT={small} DATA=" in log
    assert " KIND=xrand\n" in log
