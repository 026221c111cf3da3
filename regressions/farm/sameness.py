# SPDX-License-Identifier: Apache-2.0
"""Sameness of runs: what they left, byte for byte, but for times and the names of run folders.

``python -m regressions.farm.sameness RUN OTHER`` names the files that differ.
"""

import json
import re
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from regressions.paths import ROOT, relative

TIMES = {"seconds", "processor", "builds", "start", "cycles_per_second", "jobs_per_minute"}
"""Keys of JSON whose values are times, or made of them."""

_TIMED = re.compile("|".join(f'"{key}"' for key in sorted(TIMES | {"run_id"})))

_RANKED = "SECONDS, SHARE"  # in lines whose order is that of their times

# What reports for people make of times.
_MASKS = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"\b(\d{4}-\d\d-\d\d )?\d+:\d\d(:\d\d)?\b", "TIME"),
        (r"TIME, (\d[\d,]* cycles|\d+ thousand cycles/s)", "TIME, RATE"),
        (r"\b\d{8}-\d{6}-[\w-]+?-\d+(\.\d+)?(?=[/\"'<\s])", "RUN"),
        (r"; builds TIME(?=</p>)", ""),  # of those that were not in the cache
        (r'<div class="card"><h3>Builds</h3>(?s:.*?)</table></div>\n?', ""),
        (r'\btime="[\d.]+"', "TIME"),
        (r"[\d,. \u00a0\u202f]+(?=( thousand)? cycles/s|jobs/min)", "RATE "),
        (r"<h3>Processor time</h3>.*", "SHARES"),
        (r'<td class="n">\d+\.\d</td>', "SECONDS"),
        (r'(?<=</td><td class="n">)[\d ,\u00a0\u202f]+</td>(?=<td( colspan="5" class="soft")?>)', "SECONDS"),
        (r'(?<=</th>)<td class="n">TIME</td>', "TIME"),
        (r'SECONDS<td class="n">\d+\.\d %</td>', _RANKED),  # of tests that found nothing new
    )
)
_READ = (".json", ".jsonl", ".html", ".md", ".xml", ".log")
# Logs of builds say whether they were found; those of simulations have times in the lines of cocotb.
_LEFT_OUT = re.compile(r"build-.*\.log$|sim\.log$|results\.xml$|(^|/)(outcome|order)\.json$")


def traces(folder: Path) -> dict[str, str]:
    """Read what a run left, by relative path, without times and its own name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and path.suffix in _READ and not _LEFT_OUT.search(name):
            text = path.read_text(errors="surrogateescape")
            for place in (str(folder.absolute()), relative(folder)):
                text = text.replace(place, "RUN")
            found[name] = _timeless(name, text)
    return found


def _timeless(name: str, text: str) -> str:
    if name.endswith((".json", ".jsonl")):
        lines = text.splitlines() if name.endswith(".jsonl") else [text]
        return "\n".join(_masked(line) for line in lines if line.strip())
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    lines = text.split("\n")
    ranked = [place for place, line in enumerate(lines) if _RANKED in line]
    for place, line in zip(ranked, sorted(lines[place] for place in ranked), strict=True):
        lines[place] = line
    return "\n".join(lines)


def _masked(line: str) -> str:
    """A JSON document without times; what has none, or was cut short by a crash, as it is."""
    if not _TIMED.search(line):  # most lines of results
        return line
    try:
        return json.dumps(_without(json.loads(line)), separators=(",\n", ": "))
    except json.JSONDecodeError:
        return line


def _without(value: Any) -> Any:
    """A JSON value without times, and without the name of the run's folder."""
    if isinstance(value, dict):
        return {key: _without(each) for key, each in value.items() if not _TIMED.fullmatch(f'"{key}"')}
    return [_without(each) for each in value] if isinstance(value, list) else value


def differences(one: Path, other: Path) -> Iterator[str]:
    """Name what differs between two runs, with the first line of each file that does."""
    mine, its = traces(one), traces(other)
    for name in sorted({*mine, *its}):
        if name not in mine or name not in its:
            yield f"{name}: only in {relative(one if name in mine else other)}"
        elif mine[name] != its[name]:
            lines = zip_longest(mine[name].split("\n"), its[name].split("\n"), fillvalue="")
            first = next(pair for pair in lines if pair[0] != pair[1])
            yield f"{name}: {' | '.join(line[:300] for line in first)}"


def main(folders: list[str]) -> int:
    """Compare two runs; returns 0 if they are the same."""
    if len(folders) != 2:
        print("error: name the folders of two runs", file=sys.stderr)
        return 2
    found = list(differences(ROOT / folders[0], ROOT / folders[1]))
    for line in found:
        print(line)
    print(f"{len(found)} files differ" if found else "the same, but for times")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
