# SPDX-License-Identifier: Apache-2.0
"""All deliberate defects of proven modules, one after the other; a run that ended goes on."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, to_builtins

from regressions.json_file import write_json
from regressions.mutants.defects import Defect
from regressions.proof.defects import SECONDS, DefectFate, JudgedDefect, defects_of, judge, with_defect
from regressions.proof.figures import DefectRow, defect_row
from regressions.proof.target import Comparison, ProvenModule, reading_of
from regressions.shards import Shard
from regressions.yosys.reading import Reading
from regressions.yosys.tool import Yosys
from tb.exchange.reading import convert
from tb.schema import SchemaError, Where

_WORD = re.compile(r"\b[A-Za-z_]\w*\b")


class KeptJudgement(Struct, frozen=True, forbid_unknown_fields=True):
    """Judgement of a defect, in a file of its own.

    Attributes:
        digest: of all that it follows from: sources, properties, assumptions, the defect
        limit: seconds that the engines had
        row: its fate
        trace: values of the inputs in each cycle; empty without a trace
        widths: width of each input of the module, for a replay
    """

    digest: str
    limit: float
    row: DefectRow
    trace: list[dict[str, int]]
    widths: dict[str, int]


class DefectCampaign:
    """Judges defects; those that were judged before, with the same sources and properties, are not again.

    Args:
        targets: Modules that are proven.
        comparisons: Modules in which defects of others are compared.
        yosys: The tools.
        folder: Place of the judgements and of all files.
        shard: Part of the defects that this machine judges.
        limit: Seconds of processor time of the engines for a defect.

    Attributes:
        folder: the place
    """

    def __init__(
        self,
        targets: Sequence[ProvenModule],
        comparisons: Sequence[Comparison],
        yosys: Yosys,
        folder: Path,
        shard: Shard,
        limit: float = SECONDS,
    ) -> None:
        self._yosys, self._limit, self.folder = yosys, limit, folder
        self._defects = shard.take(list(defects_of(targets, comparisons)), lambda _: 1)
        self._digests = {id(target): _digest(target) for target in (*targets, *comparisons)}

    def run(self) -> Iterator[KeptJudgement]:
        """Judge all, in the order of the data."""
        for target, defect in self._defects:
            file = self.folder / target.module / f"{defect.id}.json"
            digest = self._of(target, defect)
            kept = read_judgement(file)
            if kept is None or kept.digest != digest or self._more_time(kept):
                kept = _kept(
                    digest, self._limit, judge(target, defect, self._yosys, file.parent, self._limit)
                )
                file.parent.mkdir(parents=True, exist_ok=True)
                write_json(file, to_builtins(kept))
            yield kept

    def _more_time(self, kept: KeptJudgement) -> bool:
        """Tell whether nothing came out, in less time than there is now."""
        return kept.row.fate == DefectFate.UNDECIDED.value and kept.limit < self._limit

    def sources_of(self, kept: KeptJudgement) -> tuple[ProvenModule, Mapping[str, Path]]:
        """The module in which a defect was judged, and the sources that it changes."""
        target, defect = next(
            each for each in self._defects if (each[0].module, each[1].id) == (kept.row.module, kept.row.id)
        )
        return target, with_defect(target, defect, self.folder / target.module / defect.id)

    def _of(self, target: ProvenModule, defect: Defect) -> str:
        text = json.dumps([self._digests[id(target)], defect.line, defect.replacement, defect.ordinal])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_judgement(file: Path) -> KeptJudgement | None:
    """The judgement in a file; None where there is none that this version wrote."""
    try:
        return convert(json.loads(file.read_text()), KeptJudgement, Where(file.name))
    except (OSError, ValueError, SchemaError):
        return None


def _kept(digest: str, limit: float, found: JudgedDefect) -> KeptJudgement:
    trace = [dict(values) for values in found.result.trace] if found.result else []
    return KeptJudgement(digest, limit, defect_row(found), trace, dict(found.widths))


def _digest(target: ProvenModule) -> str:
    """Of a module: all sources that it has to do with, further properties, assumptions."""
    texts = [path.read_text() for path in _needed(target.module, reading_of(target))]
    texts += [path.read_text() for path in (target.bound, target.view) if path is not None]
    return hashlib.sha256(json.dumps([*texts, to_builtins(target)]).encode()).hexdigest()


def _needed(module: str, reading: Reading) -> list[Path]:
    """Sources of a module, of those inside it, and of packages: whose names are words of one of them."""
    paths = {path.stem: path for path in reading.sources}
    found: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= (set(_WORD.findall(paths[name].read_text())) & paths.keys()) - found
    return [path for name, path in paths.items() if name in found]
