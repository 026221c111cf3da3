# SPDX-License-Identifier: Apache-2.0
"""A new program is a source and an entry of a test list; one with a stream of its own a class more."""

import json
import re
from pathlib import Path

import pytest

from regressions.cli import main
from regressions.cluster.kind import ClusterRunner
from regressions.paths import ROOT
from regressions.testlist import TestEntry
from tb.descriptor import load
from tb.schema import SchemaError
from tb.sequences import names, resolve
from tb.sequences.base import StreamSequence

DEVICE = "cluster_1"
SOURCE = """
#include "drivers/redmule.h"

int main(uint32_t hart) {
    if (hart != 0) return 0;
    event_mask_set(1u << EVENT_ACCELERATOR);
    for (uint32_t i = mailbox.count; i-- > 0;) {
        (void)redmule_acquire();
        redmule_program(&mailbox.job[i]);
        redmule_trigger();
        redmule_wait();
    }
    return (int)mailbox.mode;
}
"""
STREAM = """
from tb.cluster.streams.jobs import JobStream


class Backwards(JobStream):
    program = "{source}"

    def draw(self, index, rng):
        return self.run_of(self.scenario(index, rng, [self.job_knobs] * 3, self.tcdm), rng)
"""
LIST = """
[[test]]
name = "plain"
runs_on = "cluster"
sequence = "cluster_program"
count = 2
knobs = {{ program = "{source}" }}

[[test]]
name = "wrong"
runs_on = "cluster"
sequence = "cluster_program"
count = 1
knobs = {{ program = "{source}", mode = 7 }}

[[test]]
name = "with_jobs"
runs_on = "cluster"
sequence = "{stream}:Backwards"
count = 2
knobs = {{ op = "MINMAX", fmt = "FP16", m = [1, 9], n = [1, 9], k = [1, 9] }}
"""


@pytest.mark.sim
def test_a_source_and_an_entry_are_all_that_a_program_needs(tmp_path: Path) -> None:
    source, stream, entries = (tmp_path / name for name in ("backwards.c", "backwards.py", "own.toml"))
    source.write_text(SOURCE)
    stream.write_text(STREAM.format(source=source))
    entries.write_text(LIST.format(source=source, stream=stream))

    def run(*tests: str) -> tuple[int, str]:
        tree = tmp_path / tests[0]
        arguments = [f"--test={','.join(tests)}", f"--dut={DEVICE}", f"--lists={entries}", f"--build={tree}"]
        code = main(["run", *arguments])
        (summary,) = tree.glob("runs/*/summary.json")
        return code, json.dumps(json.loads(summary.read_text()))

    code, summary = run("plain", "with_jobs")
    assert code == 0
    assert '"jobs": 6' in summary, "three jobs in each of two runs"
    code, summary = run("wrong")
    assert code == 1
    assert "the program returned 0x7" in summary


def test_streams_register_in_their_definition() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "tb" / "cluster" / "streams").glob("*.py"))
    defined = set(re.findall(r'^class \w+\(.*sequence="(cluster_\w+)"', sources, re.MULTILINE))
    assert len(defined) >= 8
    assert {name for name in names() if name.startswith("cluster_")} == defined
    assert issubclass(resolve("cluster_gemm"), StreamSequence)
    with pytest.raises(SchemaError, match="unknown sequence 'cluster_gem'; did you mean 'cluster_gemm'"):
        resolve("cluster_gem")


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    entry = TestEntry("lost", "cluster_program", count=1, runs_on="cluster", knobs={"program": "sw/lost.c"})
    (found,) = ClusterRunner().programs([entry], load(DEVICE), tmp_path).values()
    assert found.error.startswith("there is no program ")
    assert found.error.endswith("sw/lost.c")


def test_programs_of_the_mailbox_have_one_format() -> None:
    with pytest.raises(SchemaError, match="jobs of a mailbox have one format for all operands"):
        resolve("cluster_gemm")("test", 1, {"fmt": "E4M3/FP16/FP16"}, load(DEVICE))
    with pytest.raises(SchemaError, match="its jobs do not fit 20480 bytes"):
        resolve("cluster_gemm")(
            "test", 1, {"m": 300, "n": 300, "k": 1, "max_macs": 90000}, load(DEVICE)
        ).stream.run(0)
