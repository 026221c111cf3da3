# SPDX-License-Identifier: Apache-2.0
"""The cluster's sources: warnings, one module a file, one memory map; the accelerator of its descriptor."""

import re
from collections import Counter
from pathlib import Path

import pytest

from regressions.accelerator.shell import accelerator_shell
from regressions.cluster import core
from regressions.cluster.build import ACCELERATOR, RTL, bench_model, build_cluster, lint_model, loop_model
from regressions.cluster.fpnew_tables import with_tables
from regressions.simulators.base import BuildError
from tb.cluster import memory_map
from tb.cluster.config import ClusterConfig
from tb.descriptor import load
from tb.registers.constants import constants
from tb.registers.made import RegisterModelError
from tests.cluster.harness import CONFIG
from tests.rtl.device_lint import findings_of


def lint(config: ClusterConfig) -> str:
    """Findings in a cluster in the loop."""
    return findings_of(lint_model(loop_model(config)))


def test_clean() -> None:
    # `make lint` has the cluster without floating point too.
    assert lint(ClusterConfig(cores=2)) == ""


def test_an_impossible_cluster_is_refused() -> None:
    assert "N_CORES must be 1, 2, 4 or 8" in lint(ClusterConfig(cores=3, fpu=False))


def test_another_package_of_the_core_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_SHA256", "0" * 64)
    with pytest.raises(BuildError, match=r"cv32e40p_pkg\.sv is not the file that the cluster was written"):
        lint(ClusterConfig(cores=1, fpu=False))


def test_the_rtl_has_the_addresses_and_events_of_the_description() -> None:
    text = (RTL / "cluster_pkg.sv").read_text()
    rtl = {name: int(value.replace("_", ""), 16) for name, value in re.findall(r"(\w+) +=\s+32'h(\w+)", text)}
    described = memory_map.CONSTANTS
    assert rtl["TCDM_BASE"] == memory_map.TCDM
    assert rtl["TAS_BASE"] == described["TCDM_TAS_ADDRESS"]
    assert rtl["TAS_BASE"] - rtl["TCDM_BASE"] == rtl["TCDM_MAX"]
    assert rtl["PERIPH_BASE"] == memory_map.PERIPHERALS
    assert rtl["EU_PRIVATE"] == described["EVENT_UNIT_PRIVATE_ADDRESS"]
    assert rtl["CODE_BASE"] == memory_map.CODE
    assert rtl["L2_BASE"] == memory_map.L2
    events = {name: int(value) for name, value in re.findall(r"(EV\w+) += (\d+);", text)}
    assert events["EVT_BARRIER"] == described["EVENT_UNIT_CORE_BUFFER_BARRIER_LSB"]
    assert (1 << events["EVENTS"]) - 1 == described["EVENT_UNIT_CORE_MASK_EVENTS_MASK"]
    first = re.search(r"\.FIRST +\(\{([^}]*)\}\)", (RTL / "cluster_top.sv").read_text())
    offsets = {int(value, 16) for value in re.findall(r"14'h(\w+)", first[1])}
    targets = ("CONTROL_UNIT", "TIMER", "EVENT_UNIT", "REDMULE", "DMA")
    assert offsets == {described[f"{name}_ADDRESS"] - memory_map.PERIPHERALS for name in targets}


def test_two_constants_of_one_name_are_refused(tmp_path: Path) -> None:
    description = tmp_path / "twice.rdl"
    description.write_text(
        "addrmap twice { default regwidth = 32; default sw = rw; default hw = r; addrmap { littleendian; "
        "reg { field {} B_C[1:0]; } A @ 0; reg { field {} C[1:0]; } A_B @ 4; } P @ 0; };"
    )
    with pytest.raises(RegisterModelError, match=r"twice\.rdl gives two constants one name"):
        constants(description, build=tmp_path / "build")


def test_an_array_has_stride_and_count_as_constants(tmp_path: Path) -> None:
    description = tmp_path / "arrays.rdl"
    description.write_text(
        "addrmap arrays { default regwidth = 32; default sw = rw; default hw = r; addrmap { littleendian; "
        "reg { field {} C[7:0]; } A[3] @ 0 += 8; reg { field {} D[7:0]; } B @ 0x40; } P @ 0; };"
    )
    found = constants(description, build=tmp_path / "build")
    sizes = {name: value for name, value in found.items() if name.endswith(("_STRIDE", "_COUNT"))}
    assert sizes == {"P_A_STRIDE": 8, "P_A_COUNT": 3}


@pytest.mark.sim
def test_a_core_is_compiled_once_for_all(tmp_path: Path) -> None:
    built = build_cluster(CONFIG, tmp_path / "build.log").parent
    code = "".join(path.read_text() for path in built.glob("Vcluster_cluster_core*.cpp"))
    functions = re.findall(r"^void \w+gen_cores__BRA__(\d)__KET__\w+\(", code, re.MULTILINE)
    count = Counter(functions)
    assert count.pop("0") > 3
    # One each: the assertions of its bus, whose messages name the instance.
    assert set(count.values()) <= {1}, "the second core has the code of the first"


def test_functions_of_signals_become_tables(tmp_path: Path) -> None:
    package, unit, other = (tmp_path / name for name in ("fpnew_pkg.sv", "fpnew_unit.sv", "other.sv"))
    functions = (
        *("int unsigned fp_width(fp_format_e", "int unsigned exp_bits(fp_format_e"),
        *("int unsigned man_bits(fp_format_e", "int unsigned bias(fp_format_e"),
        *("int unsigned int_width(int_format_e", "opgroup_e get_opgroup(operation_e"),
    )
    declared = "".join(f"function automatic {head} a); endfunction\n" for head in functions)
    package.write_text(f"package fpnew_pkg;\n{declared}endpackage\n")
    unit.write_text("fpnew_pkg::bias(fmt_q) + fpnew_pkg::bias(Fmt) + fpnew_pkg::fp_width(fmt_e'(0))\n")
    other.write_text("fpnew_pkg::bias(fmt_q)\n")
    copies = with_tables([package, unit, other])
    assert copies.keys() == {"fpnew_pkg.sv", "fpnew_unit.sv"}
    kept = "fpnew_pkg::bias(Fmt) + fpnew_pkg::fp_width(fmt_e'(0))"
    assert copies["fpnew_unit.sv"] == f"fpnew_pkg::bias_of[fmt_q] + {kept}\n", "constants are no signals"
    assert "int_width_of [4] = '{int_width(int_format_e'(0)), " in copies["fpnew_pkg.sv"]
    package.write_text(package.read_text().replace("bias(", "biased("))
    with pytest.raises(BuildError, match=r"fpnew_pkg\.sv has no function bias\(fp_format_e\)"):
        with_tables([package, unit])
    with pytest.raises(BuildError, match=r"no fpnew_pkg\.sv"):
        with_tables([unit])


def test_a_build_depends_on_the_headers_of_its_programs() -> None:
    names = {path.name for path in bench_model(load("cluster_2")).files}
    assert {"bench.cpp", "bench.h", "deputy.h", "monitor.h", "backdoor.h", "constants.h"} <= names


SERIAL = Path(__file__).with_name("serial_cluster.toml")


def test_the_array_needs_no_shell() -> None:
    assert accelerator_shell(load("cluster_2"), ACCELERATOR) == ""


def test_another_top_module_gets_a_shell_with_the_name_that_the_cluster_knows() -> None:
    text = accelerator_shell(load(SERIAL), ACCELERATOR)
    assert "module redmule_top #(" in text
    assert "redmule_serial #(\n      .DW(256),\n      .N_CORES(2)\n  ) i_device (.*);" in text
    assert "output logic [1:0][1:0] evt_o" in text
    assert "output logic [287:0] tcdm_data_o" in text


def test_another_accelerator_is_clean_in_the_bench() -> None:
    assert findings_of(lint_model(bench_model(load(SERIAL)))) == ""
