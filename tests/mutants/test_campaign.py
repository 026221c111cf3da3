# SPDX-License-Identifier: Apache-2.0
"""One loop for all campaigns: another kind of devices needs its target, and nothing else."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from regressions import display, kinds
from regressions.errors import UserError
from regressions.kinds import Defects
from regressions.mutants import campaign as campaigns
from regressions.mutants.defects import Defect
from regressions.mutants.outcome import DefectResult, Fate
from regressions.mutants.placement import place_all
from regressions.mutants.simulations import Simulations
from regressions.mutants.target import Numbered
from regressions.order import Order
from regressions.services import Services
from tb.exchange.applicable import NotApplicable
from tests.mutants.campaign import campaign

DATA = 'schema = 1\ndevice = "adder"\n' + "".join(
    f"""
[[defect]]
id = "{name}"
file = "adder.sv"
line = "assign {name} = a + b;"
replacement = "assign {name} = a - b;"
about = "another sum"
{reason}
"""
    for name, reason in (("slow", ""), ("broken", ""), ("quick", ""), ("kept", 'equivalent = "b is zero"'))
)
NAMES = ("slow", "broken", "quick", "kept")
SOURCE = "\n".join(["module adder;", *(f"  assign {name} = a + b;" for name in NAMES), "endmodule", ""])


class Adder:
    """Names the device."""

    name = "adder"
    sources: tuple[Path, ...] = ()
    includes: tuple[Path, ...] = ()


class AdderTarget:
    """A target without simulations: `broken` does not compile, `kept` survives, `slow` is found last."""

    counted = "sums"
    left_out = (NotApplicable("sums", "reg_of_another", "sums has no registers"),)
    seed = 7
    rerun = "DUT=adder"
    fault = ""

    def __init__(self, order: Order, services: Services, name: str) -> None:
        del services, name
        source = order.tree.root / "adder.sv"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(SOURCE)
        self.device = Adder()
        self.device.sources = (source,)
        self.busy = self.most = 0

    def place(self, defects: list[Defect]) -> None:
        """Find them in the source."""
        place_all(defects, self.device)

    def build(self, defects: list[Defect], chosen: Numbered, folder: Path) -> dict[int, str]:
        """Find that one of them does not compile."""
        del chosen, folder
        return {n: "no such wire" for n, defect in enumerate(defects, start=1) if defect.id == "broken"}

    async def control(self, simulations: Simulations) -> tuple[str, int]:
        """Count the sums."""
        assert simulations.rerun.startswith(f"{self.rerun} DATA=")
        return self.fault, 10

    async def examine(self, number: int, defect: Defect, simulations: Simulations) -> DefectResult:
        """Find all but one."""
        del simulations
        self.busy += 1
        self.most = max(self.most, self.busy)
        assert self.most <= 2
        await asyncio.sleep(0.2 if defect.id == "slow" else 0)
        self.busy -= 1
        if defect.id == "kept":
            return DefectResult(defect, number, Fate.SURVIVED, after=10)
        return DefectResult(defect, number, Fate.KILLED, ("sum",), "some", 3)


class AdderKind:
    """A kind of devices, as far as campaigns look at it."""

    def defects(self) -> Defects:
        """Return its defects."""
        return Defects("adder", "mutants-adder", lambda _: Adder(), AdderTarget)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "adder", f"{__name__}:AdderKind")


def test_results_are_in_order_with_those_that_do_not_compile(tmp_path: Path) -> None:
    code, output, tree = campaign(tmp_path, "adder", DATA)
    report = json.loads((tree / "reports" / "mutants-adder-own" / "mutants.json").read_text())
    fates = {entry["id"]: (entry["number"], entry["fate"]) for entry in report["defects"]}
    assert list(fates) == ["slow", "broken", "quick", "kept"]
    assert fates == {
        "slow": (1, "killed"),
        "broken": (2, "invalid"),
        "quick": (3, "killed"),
        "kept": (4, "survived"),
    }
    assert code == 1
    assert "not applicable: reg_of_another: sums has no registers" in output
    assert "without a defect all 10 sums pass" in output
    lines = [line.split()[1] for line in output.splitlines() if line.startswith("  ")]
    assert lines == ["quick", "kept", "slow"], "told as they come"


def test_a_campaign_says_how_much_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "PLAIN_SECONDS", 0.01)
    monkeypatch.setattr(campaigns, "_TELLING", 1)
    output = campaign(tmp_path, "adder", DATA)[1]
    assert re.search(r"^\[0:0\d\] 2 of 3 defects, about 10 s left$", output, re.MULTILINE)


def test_a_part_without_complaints_passes(tmp_path: Path) -> None:
    assert campaign(tmp_path, "adder", DATA, tests="quick,kept")[0] == 0


def test_a_target_that_fails_by_itself_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AdderTarget, "fault", "1 + 1 = 3")
    with pytest.raises(UserError, match=r"adder fails without any defect.*1 \+ 1 = 3"):
        campaign(tmp_path, "adder", DATA)
