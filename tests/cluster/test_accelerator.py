# SPDX-License-Identifier: Apache-2.0
"""A cluster is built around the accelerator of its descriptor."""

from pathlib import Path

from regressions.accelerator.shell import accelerator_shell
from regressions.cluster.build import ACCELERATOR, bench_model, lint_model
from tb.descriptor import load
from tests.rtl.device_lint import findings_of

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
