# SPDX-License-Identifier: Apache-2.0
"""``make requirements``: writes requirements*.txt from requirements*.in, with versions and hashes.

Extras (`regressions.extras`) are pinned likewise, to what fits the others. Needs nothing but the
standard library. Versions stay as they are until they are named. uv finds versions and hashes, in an
environment of its own, which requirements-uv.txt pins in the same way.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from regressions.environment import REQUIREMENTS, ROOT, outcome, prepare
from regressions.extras import EXTRAS
from regressions.streams import steady_streams
from regressions.targets import take_typed

_HEADER = "# SPDX-License-Identifier: Apache-2.0\n"
# Files for other platforms and Pythons are listed too: the first two options say only what needs what.
_OPTIONS = (
    "--python-version=3.11",
    "--python-platform=linux",
    "--generate-hashes",
    "--no-cache",
    "--quiet",
    "--custom-compile-command=make requirements",
)
# uv asks the index that pip asks; the further indexes of a machine are no part of a release.
_SETTINGS = {"index-url": "UV_DEFAULT_INDEX", "proxy": "ALL_PROXY", "cert": "SSL_CERT_FILE"}


def write(upgrade: list[str], root: Path = ROOT) -> str:
    """Writes the pins of the project, of its extras and of uv; returns an error for people, or an empty text.

    `upgrade` names packages that may take a newer version, or ``all``.
    """
    pins, tool = root / REQUIREMENTS.name, root / "requirements-uv.txt"
    extras = {extra.source: root / extra.pins.name for extra in EXTRAS}
    pinned = "".join(path.read_text() for path in (pins, *extras.values(), tool) if path.exists())
    known = set(re.findall(r"^([a-z0-9-]+)==", pinned, re.MULTILINE))
    unknown = sorted({re.sub(r"[-_.]+", "-", name.lower()) for name in upgrade} - known - {"all"})
    if unknown:
        return f"UPGRADE: {', '.join(unknown)} is not in {pins.name}; a new package goes into requirements.in"
    error = prepare(root / "build" / "uv", own=True, requirements=tool)
    if error:
        return error
    options = [f"--upgrade-package={name}" for name in upgrade] if "all" not in upgrade else ["--upgrade"]
    sources = (
        ("requirements.in", pins, None),
        *((source, output, None) for source, output in extras.items()),
        ("-", tool, "uv"),
    )
    for source, output, text in sources:
        uv = str(root / "build" / "uv" / "bin" / "uv")
        command = [uv, "pip", "compile", *_OPTIONS, *options, source, "--output-file", output.name]
        done = subprocess.run(
            command, input=text, cwd=root, env={**_settings(root), **os.environ}, text=True, check=False
        )
        if done.returncode:
            return f"uv could not make {output.name}, which is as it was; see above"
        output.write_text(_HEADER + output.read_text())
    return ""


def _settings(root: Path) -> dict[str, str]:
    """Settings for uv by those of pip: its files, and over them its environment variables."""
    python = root / "build" / "uv" / "bin" / "python"
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"^(global|install|:env:)\.([a-z-]+)='(.*)'$", listed, re.MULTILINE)
    order = ("global", "install", ":env:")
    return {
        _SETTINGS[name]: value
        for _, name, value in sorted(found, key=lambda setting: order.index(setting[0]))
        if name in _SETTINGS
    }


if __name__ == "__main__":
    steady_streams()
    names = take_typed(os.environ).get("UPGRADE", "").split()
    sys.exit(outcome(lambda: write(names), "write the requirements"))
