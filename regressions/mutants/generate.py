# SPDX-License-Identifier: Apache-2.0
"""Chooses defects by operators at seeded random places, and writes them down as data.

``python -m regressions.mutants.generate redmule`` writes ``regressions/mutants/redmule_generated.toml``. What
is chosen depends on the seed and on the lines themselves, not on where they stand, so that a change of the
source moves as few defects as possible. The reasons of those that stay are kept.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from regressions.errors import UserError
from regressions.kinds import defects_of
from regressions.mutants import defects
from regressions.mutants.choice import Chosen, choose
from regressions.mutants.defects import Defect
from regressions.mutants.operators import Candidate
from regressions.mutants.source import SourceError
from regressions.paths import relative
from tb.schema import SchemaError

SEED = 1
COUNT = 60

_ABOUT = {
    "negate": "a condition negated",
    "off_by_one": "a limit that is off by one",
    "constant": "another constant",
    "drop": "an assignment dropped",
    "connective": "another connective",
    "swap": "two signals swapped",
}


def to_toml(device: str, seed: int, chosen: Sequence[Chosen], known: Mapping[str, Defect]) -> str:
    """The data file of some candidates; reasons and checkers of defects that are already known are kept."""
    lines = [
        "# SPDX-License-Identifier: Apache-2.0",
        f"# Defects of {device} by operators at random places, seed {seed}: made by",
        f"# 'python -m regressions.mutants.generate {device}', which keeps the reasons written here by hand.",
        "schema = 1",
        f"device = {_quoted(device)}",
    ]
    for one in chosen:
        change, operator = one.candidate.change, one.candidate.operator
        lines += ["", "[[defect]]", f"id = {_quoted(one.id)}", f"file = {_quoted(one.file)}"]
        lines += [f"line = {_quoted(change.line)}"]
        lines += [f"ordinal = {change.ordinal}"] if change.ordinal else []
        lines += [f"replacement = {_quoted(change.replacement)}", f"about = {_quoted(_ABOUT[operator])}"]
        lines += [f"operator = {_quoted(operator)}"]
        if (old := known.get(one.id)) is not None:
            lines += [f"seen_by = {json.dumps(list(old.seen_by))}"] if old.seen_by else []
            lines += [f"equivalent = {_quoted(old.equivalent)}"] if old.equivalent else []
            lines += [f"unreachable = {_quoted(old.unreachable)}"] if old.unreachable else []
            lines += [f"proof = [{', '.join(map(_quoted, old.proof))}]"] if old.proof else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string: literal where that reads better."""
    return f"'{text}'" if "'" not in text and ('"' in text or "\\" in text) else json.dumps(text)


def generate(
    name: str,
    proposals: Mapping[str, Sequence[Candidate]],
    seed: int,
    count: int,
    folder: Path = defects.FOLDER,
) -> Path:
    """Writes the generated defects of a device, out of what operators propose for each of its files.

    Raises:
        SchemaError: Existing defects are malformed.
    """
    known = {d.id: d for d in defects.load(name, folder)} if defects.data_files(name, folder) else {}
    taken = {(d.file, d.change) for d in known.values() if not d.operator}
    target = folder / f"{name}_generated.toml"
    target.write_text(to_toml(name, seed, choose(proposals, seed, count, taken), known))
    return target


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser("python -m regressions.mutants.generate", description=__doc__)
    parser.add_argument("dut", help="name or path of a device, or what a kind of devices shares")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed of the choice (default {SEED})")
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many (default {COUNT})")
    arguments = parser.parse_args(argv)
    try:
        kind = defects_of(arguments.dut)
        device = kind.sourced(arguments.dut)
        written = generate(device.name, kind.proposals(device), arguments.seed, arguments.count)
    except (UserError, SchemaError, SourceError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"written: {relative(written)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
