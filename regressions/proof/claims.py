# SPDX-License-Identifier: Apache-2.0
"""Statements about arithmetic, over all operands: a circuit beside IEEE 754, by the solver Bitwuzla."""

import re
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from regressions import orphans
from regressions.paths import ROOT, relative
from regressions.proof.answer import Answer, PropertyResult
from regressions.yosys.reading import Reading
from regressions.yosys.tool import Yosys
from tb.descriptor import load
from tb.exchange.reading import convert
from tb.schema import Where, read_toml

FILE = Path(__file__).with_name("arithmetic.toml")
CIRCUITS = FILE.with_suffix("")

_RESULTS = ("result_o", "value_o", "raw_o")

# Definitions that statements may use, after those of the ports.
_WORDS = """
(define-fun fp16 ((x (_ BitVec 16))) (_ FloatingPoint 5 11) ((_ to_fp 5 11) x))
(define-fun nan ((x (_ BitVec 16))) Bool (fp.isNaN (fp16 x)))
(define-fun less ((x (_ BitVec 16)) (y (_ BitVec 16))) Bool (or (fp.lt (fp16 x) (fp16 y))
  (and (fp.isZero (fp16 x)) (fp.isZero (fp16 y)) (fp.isNegative (fp16 x)) (fp.isPositive (fp16 y)))))
(define-fun infinite ((x (_ BitVec 16))) Bool (fp.isInfinite (fp16 x)))
(define-fun finite ((x (_ BitVec 16))) Bool (not (or (nan x) (infinite x))))
(define-fun normal ((x (_ BitVec 16))) Bool (fp.isNormal (fp16 x)))
(define-fun zero ((x (_ BitVec 16))) Bool (fp.isZero (fp16 x)))
(define-fun negative ((x (_ BitVec 16))) Bool (= ((_ extract 15 15) x) #b1))
(define-fun scale ((x (_ BitVec 16))) (_ BitVec 6)
  (ite (normal x) ((_ zero_extend 1) ((_ extract 14 10) x)) (_ bv1 6)))
(define-fun fraction ((x (_ BitVec 16))) (_ BitVec 11) (concat (ite (normal x) #b1 #b0) ((_ extract 9 0) x)))
(define-fun scaled ((x (_ BitVec 88)) (e (_ BitVec 15))) (_ FloatingPoint 5 11)
  ((_ to_fp 5 11) RNE (fp.mul RNE ((_ to_fp 15 113) RNE x) (fp #b0 e (_ bv0 112)))))
(define-fun is ((r (_ BitVec 16)) (f (_ FloatingPoint 5 11)) (canonical (_ BitVec 16))) Bool
  (ite (fp.isNaN f) (= r canonical) (= (fp16 r) f)))
"""
_SOLVE = """
import sys
import bitwuzla
options = bitwuzla.Options()
options.set(bitwuzla.Option.PRODUCE_MODELS, True)
parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
parser.parse(sys.argv[1])
"""
_PORT = re.compile(r"^; yosys-smt2-(input|output) (\w+) (\d+)$", re.MULTILINE)
_VALUE = re.compile(r"\((\w+) (#[bx]\w+|true|false)\)")


LIMIT = 600.0
"""Seconds for a statement."""


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement about a module without registers.

    Attributes:
        name: its name
        module: the module, of the array or of `arithmetic/`
        about: the statement in words
        holds: the statement in SMT-LIB over the module's ports, without their suffixes
        where: operands that it is about, in SMT-LIB
        parameters: of the module
        files: further sources, from the root of the project
        wires: wires inside, by the words that the statement has for them
        cut: those of them that may have any value, whatever drives them
        cases: first and last number that `CASE` stands for in the statement, which is decided for each
    """

    name: str
    module: str
    about: str
    holds: str
    where: str = "true"
    parameters: dict[str, int] = {}
    files: tuple[str, ...] = ()
    wires: dict[str, str] = {}
    cut: tuple[str, ...] = ()
    cases: tuple[int, int] = (0, 0)


class _ClaimFile(Struct, frozen=True, forbid_unknown_fields=True):
    claim: list[Claim]


def load_claims(path: Path = FILE) -> list[Claim]:
    """All statements about arithmetic.

    Raises:
        SchemaError: The file is malformed.
    """
    return convert(read_toml(path), _ClaimFile, Where(relative(path))).claim


def decide(
    claim: Claim, yosys: Yosys, folder: Path, limit: float = LIMIT, processes: int = 1
) -> PropertyResult:
    """Decide a statement for all operands.

    Args:
        claim: The statement.
        yosys: The tools, whose environment has the solver too.
        folder: Place of the files.
        limit: Seconds for a case.
        processes: Cases that are decided at a time.

    Raises:
        YosysError: A source was refused.
    """
    start = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    circuit = folder / f"{claim.name}.circuit.smt2"
    reading = Reading.of(load("redmule"))
    own = CIRCUITS / f"{claim.module}.sv"
    further = [*(ROOT / name for name in claim.files), *([own] if own.exists() else [])]
    script = [
        reading.command(claim.module, claim.parameters, ["--ignore-assertions"])
        + "".join(f" {path}" for path in further),
        "prep -flatten",
        *(f"cutpoint w:{claim.wires[name]}" for name in claim.cut),
        "setundef -zero",
        "opt -full",
        f"write_smt2 -stbv -wires {circuit}",
    ]
    yosys.run(script, folder / f"{claim.name}.log")
    text = circuit.read_text()
    undone: list[PropertyResult] = []

    def one(case: int) -> None:
        if not undone:
            question = folder / f"{claim.name}.{case}.smt2"
            question.write_text(_question(claim, text, case))
            answer, trace = _solve(question, yosys, limit)
            if answer is not Answer.PROVEN:
                undone.append(PropertyResult(claim.name, answer, "bitwuzla" * bool(trace), 0.0, trace))

    first, last = claim.cases
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(one, range(first, last + 1)))
    spent = round(time.monotonic() - start, 2)
    found = undone[0] if undone else PropertyResult(claim.name, Answer.PROVEN, "bitwuzla", 0.0)
    return replace(found, seconds=spent)


def _solve(question: Path, yosys: Yosys, limit: float) -> tuple[Answer, list[Mapping[str, int]]]:
    """Ask the solver for operands; those that it found."""
    try:
        said = orphans.run(
            [yosys.python, "-c", _SOLVE, question], limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ).stdout
    except subprocess.TimeoutExpired:
        said = ""
    first = (said.split() or [""])[0]
    if first == "sat":
        return Answer.REFUTED, [{name: _number(text) for name, text in _VALUE.findall(said)}]
    return Answer.PROVEN if first == "unsat" else Answer.UNDECIDED, []


def _question(claim: Claim, circuit: str, case: int) -> str:
    """Circuit and statement as SMT-LIB: are there operands for which it does not hold."""
    lines, names = [], []
    for _, port, width in _PORT.findall(circuit):
        name = "result" if port in _RESULTS and f"output {port} " in circuit else re.sub(r"_[io]$", "", port)
        sort = "Bool" if width == "1" else f"(_ BitVec {width})"
        lines.append(f"(define-fun {name} () {sort} (|{claim.module}_n {port}| state))")
        names.append(name)
    for name, wire in claim.wires.items():
        width = re.search(rf"^; yosys-smt2-wire {re.escape(wire)} (\d+)$", circuit, re.MULTILINE)
        assert width is not None, f"{claim.name}: there is no wire {wire}"
        lines.append(f"(define-fun {name} () (_ BitVec {width[1]}) (|{claim.module}_n {wire}| state))")
        names.append(name)
    return "\n".join(
        [
            "(set-logic QF_BVFP)",
            circuit,
            f"(declare-const state |{claim.module}_s|)",
            *lines,
            _WORDS,
            f"(assert {_at(claim.where, case)})",
            f"(assert (not {_at(claim.holds, case)}))",
            "(check-sat)",
            f"(get-value ({' '.join(names)}))",
        ]
    )


def _at(statement: str, case: int) -> str:
    """A statement of a case: `CASE` is a number of so many bits in `(_ CASE bits)`."""
    return re.sub(
        r"\(_ CASE (\d+)\)", lambda found: f"(_ bv{case % 2 ** int(found[1])} {found[1]})", statement
    )


def _number(text: str) -> int:
    """A value of SMT-LIB."""
    if text in ("true", "false"):
        return int(text == "true")
    return int(text[2:], 2 if text[1] == "b" else 16)
