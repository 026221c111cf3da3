# SPDX-License-Identifier: Apache-2.0
"""Sequential equivalence: a changed module has the outputs of the right one at all times, or a trace."""

import re
from collections.abc import Mapping
from pathlib import Path

from regressions.proof.answer import PropertyResult
from regressions.proof.engine import COMPARISON_ENGINES, check
from regressions.proof.model import TO_GATES, TransitionSystem, assumed, make, read
from regressions.proof.target import ProvenModule
from regressions.yosys.tool import Yosys

LABEL = "same_outputs"

_SEEN = re.compile(r"^ *\(\* keep \*\) .*\bseen_(\w+);$", re.MULTILINE)


def compare(
    target: ProvenModule, changed: Mapping[str, Path], yosys: Yosys, folder: Path, limit: float
) -> PropertyResult:
    """Compare a module with the same one whose sources are changed, under the assumptions of the right one.

    Registers without a reset start with zero in both.

    Args:
        target: The module.
        changed: Sources that are replaced, by file name.
        yosys: The tools.
        folder: Place of the files.
        limit: Seconds.

    Raises:
        YosysError: A source was refused.
    """
    module = target.module
    opened = [*(["expose -evert"] if target.boxes else []), *_seen(target)]
    folder.mkdir(parents=True, exist_ok=True)
    script = [
        read(target, folder, changed, view=True),
        "prep -flatten -nordff",
        *opened,
        "chformal -remove",
        f"rename {module} changed",
        "design -stash changed",
        read(target, folder, view=True),
        "prep -flatten -nordff",
        *opened,
        *assumed(target),
        "chformal -assert -remove",
        f"rename {module} right",
        "design -copy-from changed changed",
        "miter -equiv -make_assert -flatten right changed both",
        "hierarchy -top both",
        "flatten",
        "delete right changed",
        *TO_GATES[:-3],
        "setundef -init -zero",
        *TO_GATES[-3:],
    ]
    model = make(script, yosys, folder)
    single = TransitionSystem(model.file, [LABEL], model.assumed, model.inputs, model.registers)
    return check(single, LABEL, yosys, limit, COMPARISON_ENGINES)


def _seen(target: ProvenModule) -> list[str]:
    """Commands by which what a view makes of some outputs takes their place."""
    if target.view is None:
        return []
    names = _SEEN.findall(target.view.read_text())
    return [
        *(f"delete -port {target.module}/o:{name}_o" for name in names),
        *(f"expose {target.module}/w:i_view.seen_{name}" for name in names),
    ]
