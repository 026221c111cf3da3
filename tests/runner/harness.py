# SPDX-License-Identifier: Apache-2.0
"""A runner over the fake simulator in a folder of its own."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from regressions import cli
from tests.runner.fake import services


@dataclass
class Runner:
    """Runs commands on the test lists in its folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    @property
    def build(self) -> Path:
        """Folder of all outputs."""
        return self.folder / "build"

    def tests(self, **tests: dict[str, Any]) -> None:
        """Writes a list: name to further keys; ``knobs`` select the misbehaviour."""
        lines = []
        for name, fields in tests.items():
            values = {"name": name, "sequence": "gemm_op", "tiers": ["smoke"], "count": 4} | fields
            lines += ["[[test]]"]
            for key, value in values.items():
                if value is None:
                    continue
                if isinstance(value, dict):
                    value = "{" + ", ".join(f"{k} = {json.dumps(v)}" for k, v in value.items()) + "}"
                    lines += [f"{key} = {value}"]
                else:
                    lines += [f"{key} = {json.dumps(value)}"]
        (self.folder / "list.toml").write_text("\n".join(lines) + "\n")

    def __call__(self, command: str, *arguments: str) -> int:
        """Run a command; keep its output."""
        self.capsys.readouterr()
        given = {"BUILD": self.build, "LISTS": self.folder / "list.toml", "JOBS": 2, "DUT": "redmule"}
        known = [name for name in given if name in cli.commands()[command].variables]
        flags = {f"--{name.lower()}": str(given[name]) for name in known}
        options = [word for flag, value in flags.items() if flag not in arguments for word in (flag, value)]
        code = cli.main([command, *options, *arguments], services())
        self.out, self.err = self.capsys.readouterr()
        return code

    def summary(self, label: str = "smoke") -> dict[str, Any]:
        """The summary that was published last under a label, of all or of a portion."""
        links = [link for link in (self.build / "reports").glob(f"{label}*") if link.is_symlink()]
        newest = max(links, key=lambda link: link.lstat().st_mtime_ns)
        return json.loads((newest / "summary.json").read_text())

    def status(self, test: str, label: str = "smoke") -> tuple[str, str]:
        """Status and detail of a test."""
        return next((t["status"], t["detail"]) for t in self.summary(label)["tests"] if t["name"] == test)


def alive(process: int) -> bool:
    """A process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait(condition: Callable[[], object], what: str) -> None:
    """Waits until a condition holds, for at most a minute."""
    limit = time.monotonic() + 60
    while not condition():
        if time.monotonic() > limit:
            pytest.fail(f"waited in vain for {what}")
        time.sleep(0.05)
