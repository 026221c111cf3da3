# SPDX-License-Identifier: Apache-2.0
"""Statements about arithmetic, over all operands: a circuit beside IEEE 754, by the solver Bitwuzla."""

import re
import subprocess
import time
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
    """

    name: str
    module: str
    about: str
    holds: str
    where: str = "true"
    parameters: dict[str, int] = {}
    files: tuple[str, ...] = ()


class _ClaimFile(Struct, frozen=True, forbid_unknown_fields=True):
    claim: list[Claim]


def load_claims(path: Path = FILE) -> list[Claim]:
    """All statements about arithmetic.

    Raises:
        SchemaError: The file is malformed.
    """
    return convert(read_toml(path), _ClaimFile, Where(relative(path))).claim


def decide(claim: Claim, yosys: Yosys, folder: Path, limit: float = LIMIT) -> PropertyResult:
    """Decide a statement for all operands.

    Args:
        claim: The statement.
        yosys: The tools, whose environment has the solver too.
        folder: Place of the files.
        limit: Seconds.

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
        "setundef -zero",
        "opt -full",
        f"write_smt2 -stbv {circuit}",
    ]
    yosys.run(script, folder / f"{claim.name}.log")
    question = folder / f"{claim.name}.smt2"
    question.write_text(_question(claim, circuit.read_text()))
    try:
        said = orphans.run(
            [yosys.python, "-c", _SOLVE, question], limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ).stdout
    except subprocess.TimeoutExpired:
        said = ""
    spent = round(time.monotonic() - start, 2)
    first = (said.split() or [""])[0]
    if first == "unsat":
        return PropertyResult(claim.name, Answer.PROVEN, "bitwuzla", spent)
    if first == "sat":
        values = {name: _number(text) for name, text in _VALUE.findall(said)}
        return PropertyResult(claim.name, Answer.REFUTED, "bitwuzla", spent, [values])
    return PropertyResult(claim.name, Answer.UNDECIDED, "", spent)


def _question(claim: Claim, circuit: str) -> str:
    """Circuit and statement as SMT-LIB: are there operands for which it does not hold."""
    lines, names = [], []
    for _, port, width in _PORT.findall(circuit):
        name = "result" if port in _RESULTS and f"output {port} " in circuit else re.sub(r"_[io]$", "", port)
        sort = "Bool" if width == "1" else f"(_ BitVec {width})"
        lines.append(f"(define-fun {name} () {sort} (|{claim.module}_n {port}| state))")
        names.append(name)
    return "\n".join(
        [
            "(set-logic QF_BVFP)",
            circuit,
            f"(declare-const state |{claim.module}_s|)",
            *lines,
            _WORDS,
            f"(assert {claim.where})",
            f"(assert (not {claim.holds}))",
            "(check-sat)",
            f"(get-value ({' '.join(names)}))",
        ]
    )


def _number(text: str) -> int:
    """A value of SMT-LIB."""
    if text in ("true", "false"):
        return int(text == "true")
    return int(text[2:], 2 if text[1] == "b" else 16)
