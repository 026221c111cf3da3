# SPDX-License-Identifier: Apache-2.0
"""Tests that errors of a program and of its arguments are reported in words that help."""

import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from models.formats import Format
from models.ops import Op
from regressions.cluster import firmware
from regressions.cluster.firmware import CHECKS, build_program
from regressions.cluster.run import run_task
from regressions.errors import UserError
from tb.cluster.config import ClusterConfig
from tb.cluster.elf import Program, check_instructions, read_program
from tb.cluster.mailbox import MailboxJob
from tb.cluster.memory_map import BOOT, L2, OPERANDS, TCDM
from tb.cluster.task import Task
from tests.cluster.harness import CONFIG, EIGHT, run

on_both = pytest.mark.parametrize("config", [CONFIG, EIGHT], ids=["two", "eight"])


@pytest.mark.sim
@on_both
def test_a_trap_is_reported(tmp_path: Path, config: ClusterConfig) -> None:
    (problem,) = run("trap", tmp_path, programs=CHECKS, config=config).problems
    assert problem.startswith(f"hart {config.cores - 1} trapped at 0x1a00")
    assert "(main+0x" in problem
    assert "instruction ffffffff: .word 0xffffffff): illegal instruction" in problem


@pytest.mark.sim
@on_both
def test_a_core_that_runs_off_is_reported(tmp_path: Path, config: ClusterConfig) -> None:
    outcome = run("runs_off", tmp_path, programs=CHECKS, config=config)
    assert "hart 0 trapped at 0x1a008000" in outcome.problems[0]
    assert "no code of the program): illegal instruction" in outcome.problems[0]


@pytest.mark.sim
def test_the_instruction_memory_is_there_once(tmp_path: Path) -> None:
    outcome = run("far_off", tmp_path, programs=CHECKS)
    assert "hart 0 trapped at 0x1a01" in outcome.problems[0]
    assert "no code of the program): illegal instruction" in outcome.problems[0]


@pytest.mark.sim
@on_both
def test_a_program_that_does_not_end_is_reported(tmp_path: Path, config: ClusterConfig) -> None:
    first, main, *others = run("forever", tmp_path, programs=CHECKS, limit=5000, config=config).problems
    assert first == "the program has not ended after 5000 cycles"
    assert main.startswith("hart 0 is asleep at 0x1a00")
    assert "(main+0x" in main
    assert ": cv.elw " in main
    for hart, problem in enumerate(others[: config.cores - 1], start=1):
        assert problem.startswith(f"hart {hart} is asleep at 0x1a00")
        assert "(cluster_start+0x" in problem


@pytest.mark.sim
def test_an_access_to_nothing_is_reported(tmp_path: Path) -> None:
    outcome = run("nowhere", tmp_path, programs=CHECKS)
    assert outcome.problems == (
        "hart 0 accessed 0x20000000, where nothing is",
        "hart 1 accessed 0x10203000, where nothing is",
    )


@pytest.mark.sim
def test_a_failed_program_is_reported(tmp_path: Path) -> None:
    job = MailboxJob(Op.GEMM, Format.FP16, 8, 8, 8, L2, L2 + 0x1000, L2 + 0x2000)
    block = replace(job, m=1000, k=1000, x=OPERANDS, w=OPERANDS, z=OPERANDS, n=0, op=Op.GEMM)
    tiles = replace(block, m=100, k=100, n=0)
    outcome = run("tiled", tmp_path, [replace(job, n=2000), replace(tiles, m=50, k=50)])
    assert outcome.problems == ("the program returned 0x2",)


SMALL_JOB = MailboxJob(Op.GEMM, Format.FP16, 8, 8, 8, OPERANDS, OPERANDS, OPERANDS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m": 200, "n": 200, "k": 200, "z": OPERANDS + 0x10000}, "Z of job 0"),
        ({"x": 0}, "X of job 0 at 0x00000000 with 128 bytes does not"),
        ({"w": TCDM + 16}, "program's own memory"),
        ({"w": L2}, "W of job 0 at 0x1c000000 with 128 bytes does not"),
        (
            {"fmt": Format.E4M3, "m": 70000, "n": 1, "k": 1},
            "M of job 0 is 70000: the accelerator takes 0 to 65535",
        ),
    ],
    ids=["beyond", "nowhere", "firmware", "l2", "too large"],
)
def test_a_descriptor_out_of_memory(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    job = replace(SMALL_JOB, **change)
    program = build_program("gemm", tmp_path / "sw.log")
    with pytest.raises(UserError, match=message):
        run_task(tmp_path, CONFIG, Task(program, (job,), cores=1), tmp_path)


def test_an_image_that_does_not_fit(tmp_path: Path) -> None:
    program = build_program("gemm", tmp_path / "sw.log")
    small = structs.replace(CONFIG, code_bytes=256)
    with pytest.raises(UserError, match=r"the segment at 0x1a000000 with \d+ bytes does not fit the memory"):
        run_task(tmp_path, small, Task(program, cores=1), tmp_path)
    with pytest.raises(UserError, match=r"the segment at 0x10000000 with \d+ bytes does not fit the memory"):
        run_task(tmp_path, structs.replace(CONFIG, tcdm_bytes=4096), Task(program, cores=1), tmp_path)
    greedy = replace(program, reserved=((TCDM + 0x200, 12 * 1024),))
    with pytest.raises(UserError, match="12288 bytes, stacks included, reaches into the operands' memory"):
        run_task(tmp_path, CONFIG, Task(greedy, (SMALL_JOB,), cores=1), tmp_path)
    with pytest.raises(UserError, match="choose 1 to 2"):
        run_task(tmp_path, CONFIG, Task(program, cores=3), tmp_path)


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    program = build_program("gemm", tmp_path / "sw.log").path
    with pytest.raises(UserError, match="for another machine"):
        read_program(Path(sys.executable).resolve())
    text = tmp_path / "text.elf"
    text.write_text("not a program")
    with pytest.raises(UserError, match="no ELF file"):
        read_program(text)
    short = tmp_path / "short.elf"
    for size in (30, 60, 200, program.stat().st_size - 100):
        short.write_bytes(program.read_bytes()[:size])
        with pytest.raises(UserError, match="cut short"):
            read_program(short)
    with pytest.raises(UserError, match="cannot read the program"):
        read_program(tmp_path / "missing.elf")


@pytest.mark.parametrize(
    ("at", "value"),
    [(4, b"\2"), (5, b"\2"), (18, b"\x28\0"), (6, b"\2")],
    ids=["64", "big", "arm", "version"],
)
def test_each_mark_of_another_machine_counts(tmp_path: Path, at: int, value: bytes) -> None:
    data = bytearray(build_program("gemm", tmp_path / "sw.log").path.read_bytes())
    data[at : at + len(value)] = value
    (tmp_path / "other.elf").write_bytes(data)
    with pytest.raises(UserError, match="is for another machine"):
        read_program(tmp_path / "other.elf")


def test_a_damaged_file_is_refused_wherever_it_is_damaged(tmp_path: Path) -> None:
    whole = build_program("gemm", tmp_path / "sw.log").path.read_bytes()
    rng = random.Random(1)
    said = 0
    for _ in range(400):
        data = bytearray(whole)
        # Headers and tables: what lies in front of the code, and behind it.
        for _ in range(3):
            data[rng.choice([rng.randrange(28, 180), rng.randrange(len(data) * 3 // 4, len(data))])] ^= 0xFF
        (tmp_path / "damaged.elf").write_bytes(data)
        try:
            read_program(tmp_path / "damaged.elf")
        except UserError as error:
            said += "cut short or damaged" in str(error)
    assert said > 50


@pytest.mark.parametrize("word", [0x88C58533, 0x8E058533], ids=["vfdiv", "vfsqrt"])
def test_vectors_are_not_divided_either(word: int) -> None:
    program = Program(Path("own.elf"), BOOT, ((BOOT, word.to_bytes(4, "little")),), {"main": BOOT})
    with pytest.raises(UserError, match=r"own\.elf: main\+0x0 .* divides or takes a root"):
        check_instructions(program, fpu=True)


def test_a_division_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"main\+0x.* divides or takes a root"):
        build_program("divide", tmp_path / "sw.log", CHECKS)


def test_a_compiler_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.c").write_text("int main(unsigned hart) { return hart + missing; }\n")
    with pytest.raises(UserError, match=r"the program wrong does not compile: .*wrong\.c:1:.*error.*missing"):
        build_program("wrong", tmp_path / "sw.log", tmp_path)
    with pytest.raises(UserError, match="unknown program 'helo'; did you mean"):
        build_program("helo", tmp_path / "sw.log")
    monkeypatch.setattr(firmware, "find_spec", lambda _: None)
    with pytest.raises(UserError, match="ziglang is missing; run make env"):
        build_program("hello", tmp_path / "sw.log")
