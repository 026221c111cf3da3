# SPDX-License-Identifier: Apache-2.0
"""The campaign over deliberate defects goes on where it was; kept fates; reasons name proofs that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from regressions.mutants.defects import Defect, load
from regressions.paths import ROOT
from regressions.proof import campaign as campaigns
from regressions.proof.campaign import DefectCampaign
from regressions.proof.claims import load_claims
from regressions.proof.defects import DefectFate, JudgedDefect, defects_of
from regressions.proof.equivalence import LABEL
from regressions.proof.figures import DefectRow
from regressions.proof.kept import read_fates, worse, write_fates
from regressions.proof.target import PROPERTIES, ProvenModule, load_comparisons, load_targets
from regressions.shards import UNDIVIDED, Shard
from regressions.yosys.tool import Yosys

TARGETS = [target for target in load_targets() if target.module in ("redmule_banks", "cluster_fifo")]
NO_TOOLS = Yosys(Path("python"), Path("abc"))
BY_HAND = 5
"""Reasons that no proof has to stand for."""


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the defects that are judged from now on; each of them is refuted at once."""
    names: list[str] = []

    def judge(target: ProvenModule, defect: Defect, yosys: Yosys, folder: Path, limit: float) -> JudgedDefect:
        del yosys, folder, limit
        names.append(defect.id)
        return JudgedDefect(
            defect, target.module, DefectFate.UNDECIDED, None, 0.1, {"clk_i": 1}, "a stand-in"
        )

    monkeypatch.setattr(campaigns, "judge", judge)
    return names


def _run(folder: Path, shard: Shard = UNDIVIDED, limit: float = 60) -> Iterator[str]:
    for kept in DefectCampaign(TARGETS, [], NO_TOOLS, folder, shard, limit).run():
        yield kept.row.id


def test_an_interrupted_campaign_goes_on(tmp_path: Path, judged: list[str]) -> None:
    first = _run(tmp_path)
    done = [next(first) for _ in range(3)]
    first.close()
    assert judged == done
    whole = list(_run(tmp_path))
    assert judged == whole
    assert len(whole) == len(list(defects_of(TARGETS)))
    (tmp_path / TARGETS[0].module / f"{whole[0]}.json").write_text("{")
    assert list(_run(tmp_path)) == whole
    assert judged == [*whole, whole[0]]


def test_what_changed_is_judged_again(
    tmp_path: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(_run(tmp_path))
    other = [replace(target, assume=()) if target.module == "cluster_fifo" else target for target in TARGETS]
    monkeypatch.setattr(f"{__name__}.TARGETS", other)
    list(_run(tmp_path))
    assert judged == names + [name for name in names if name.startswith("fifo-")]


def test_what_is_undecided_is_judged_again_in_more_time(tmp_path: Path, judged: list[str]) -> None:
    names = list(_run(tmp_path, limit=10))
    list(_run(tmp_path, limit=5))
    assert judged == names
    list(_run(tmp_path, limit=20))
    assert judged == [*names, *names]


def test_parts_are_the_whole(tmp_path: Path, judged: list[str]) -> None:
    for number in (1, 2, 3):
        list(_run(tmp_path, Shard(number, 3)))
    assert sorted(judged) == sorted(defect.id for _, defect in defects_of(TARGETS))


def test_less_than_was_kept_is_a_complaint(tmp_path: Path) -> None:
    rows = {fate: DefectRow("one", "module", fate.value, "label", 3, 1.0) for fate in DefectFate}
    write_fates({"module.one": rows[DefectFate.DIFFERS]}, tmp_path / "kept.json")
    kept = read_fates(tmp_path / "kept.json")
    assert list(worse([rows[DefectFate.DIFFERS], rows[DefectFate.REFUTED]], kept)) == []
    assert "was differs (label), now it is undecided" in next(worse([rows[DefectFate.UNDECIDED]], kept))
    kept = {"module.one": rows[DefectFate.REFUTED]}
    assert "now it is equivalent" in next(worse([rows[DefectFate.EQUIVALENT]], kept))
    assert list(worse([replace(rows[DefectFate.REFUTED], id="new")], kept)) == []


def test_kept_fates_are_of_defects_that_are_listed() -> None:
    listed = {
        f"{target.module}.{defect.id}" for target, defect in defects_of(load_targets(), load_comparisons())
    }
    assert read_fates().keys() - listed == set()


def test_comparisons_are_of_listed_defects() -> None:
    for comparison in load_comparisons():
        assert comparison.defects
        assert set(comparison.defects) <= {defect.id for defect in load(comparison.sources)}


REASONS = [defect for device in ("redmule", "cluster") for defect in load(device) if defect.reason]


def _exists(name: str, defect: Defect) -> bool:
    """Tell whether a proof that a reason names is one that `make prove` has."""
    module, _, label = name.rpartition(".")
    if not module:
        return name in {claim.name for claim in load_claims()}
    if label == LABEL:
        row = read_fates().get(f"{module}.{defect.id}")
        return row is not None and row.fate == DefectFate.EQUIVALENT.value
    if module not in {target.module for target in load_targets()}:
        return False
    files = (*(ROOT / "rtl").glob(f"*/{module}.sv"), PROPERTIES / f"{module}_properties.sv")
    return any(
        re.search(rf"^ +{label}: assert", file.read_text(), re.MULTILINE) for file in files if file.exists()
    )


@pytest.mark.parametrize("defect", [each for each in REASONS if each.proof], ids=lambda each: each.id)
def test_the_proof_of_a_reason_exists(defect: Defect) -> None:
    assert [name for name in defect.proof if not _exists(name, defect)] == []


def test_few_reasons_stand_by_hand() -> None:
    assert len([defect.id for defect in REASONS if not defect.proof]) <= BY_HAND


def test_a_proof_needs_its_reason_and_its_name() -> None:
    defect = next(each for each in REASONS if each.proof)
    assert not _exists("no_such_claim", defect)
    assert not _exists(f"redmule_banks.{LABEL}", defect)
    assert not _exists("redmule_banks.no_such_label", defect)
    assert _exists("redmule_banks.empty_after_init", defect)
    with pytest.raises(ValueError, match="a proof is for a reason"):
        replace(defect, equivalent="", unreachable="")
