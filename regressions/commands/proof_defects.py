# SPDX-License-Identifier: Apache-2.0
"""``make prove DEFECTS=1``: deliberate defects, refuted by a property or compared with the right module."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from regressions.order import Order
from regressions.paths import relative
from regressions.proof.campaign import DefectCampaign, KeptJudgement
from regressions.proof.defects import DefectFate
from regressions.proof.figures import DefectRow
from regressions.proof.kept import FILE, read_fates, worse, write_fates
from regressions.proof.replay import replay
from regressions.proof.target import Comparison, ProvenModule
from regressions.simulators import get_simulator
from regressions.yosys.tool import Yosys


def judge_defects(
    targets: Sequence[ProvenModule],
    comparisons: Sequence[Comparison],
    yosys: Yosys,
    order: Order,
    console: Console,
) -> tuple[list[DefectRow], int]:
    """Judge the defects of some modules, this machine's shard; compare with the kept fates, or keep them.

    Returns:
        What became of each, and how many complaints there are.
    """
    folder = order.tree.root / "proof" / "defects"
    campaign = DefectCampaign(targets, comparisons, yosys, folder, order.shard)
    rows: list[DefectRow] = []
    wrong = 0
    for kept in campaign.run():
        rows.append(kept.row)
        console.print(
            f"{kept.row.id}: {kept.row.fate} ({kept.row.by}), {kept.row.seconds:.1f} s", highlight=False
        )
        if order.replay and kept.row.fate == DefectFate.REFUTED.value:
            wrong += not _seen_again(campaign, kept, console)
    fates = Counter(row.fate for row in rows)
    said = ", ".join(f"{fates[fate.value]} {fate.value}" for fate in DefectFate if fates[fate.value])
    console.print(f"{len(rows)} deliberate defects: {said}", highlight=False)
    before = read_fates()
    if order.keep:
        write_fates(before | {row.key: row for row in rows})
        console.print(f"kept: {relative(FILE)}; review its changes and commit them", highlight=False)
    else:
        for line in worse(rows, before):
            wrong += 1
            console.print(line, style="bold red", highlight=False)
    return rows, wrong


def _seen_again(campaign: DefectCampaign, kept: KeptJudgement, console: Console) -> bool:
    """Drive the RTL with the defect with its trace: an assertion has to fail in simulation too."""
    target, changed = campaign.sources_of(kept)
    log = campaign.folder / kept.row.module / kept.row.id / "replay.log"
    said = replay(target, kept.trace, kept.widths, get_simulator(), log, changed)
    if "Assertion failed" in said:
        return True
    console.print(f"{kept.row.id}: no assertion fails in simulation (log: {relative(log)})", style="bold red")
    return False
