# SPDX-License-Identifier: Apache-2.0
"""Prediction of the register model from the accesses the monitor saw (pyuvm 5 has no predictor)."""

from collections.abc import Callable

from pyuvm import uvm_component, uvm_predict_e, uvm_reg_block, uvm_subscriber

from tb.agents.control.monitor import ControlRecords
from tb.registers.generate import register_map
from tb.registers.map import RegisterMap
from tb.registers.model import RegisterFileModel
from tb.registers.state import RegisterFinding


class RegisterPredictor(uvm_subscriber):
    """Keeps the mirror of a register block equal to the device, whoever made the accesses.

    Connect ``control.monitor.records_port`` to ``analysis_export``. Every read that the contract does not
    allow, and every event without its job, becomes a finding.

    The reference model follows each record; the mirror of pyuvm is brought up to date by `update_mirror`,
    which costs some 10 us a changed register: a test that runs thousands of jobs and never looks at the
    mirror does without.

    Attributes:
        block: The register block whose mirror is kept; None for checking alone.
        registers: The registers of the device.
        ahead: Called before the model is used: somebody else may have judged accesses, and let it follow.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        block: uvm_reg_block | None = None,
        *,
        report: Callable[[RegisterFinding], None] | None = None,
        registers: RegisterMap | None = None,
    ) -> None:
        """Makes a predictor.

        Args:
            name: Instance name.
            parent: Parent component.
            block: Register block to keep up to date.
            report: Called with each finding; without it they are logged as errors. They are also kept in
                ``model.findings`` either way, and `check_phase` raises if any were left to the log.
            registers: Of the device; the contract's by default.
        """
        super().__init__(name, parent)
        self.block = block
        self.ahead: Callable[[], None] = lambda: None
        self.registers = registers or register_map()
        self._model = RegisterFileModel(self.registers)
        self._report = report
        self._mirrored: dict[str, int] = {}

    @property
    def model(self) -> RegisterFileModel:
        """The reference model of the register file, up to date."""
        self.ahead()
        return self._model

    def settle(self) -> None:
        """Applies the events so far."""
        self._report_all(self.model.settle())

    def write(self, tt: ControlRecords) -> None:
        """Takes new records from the monitor."""
        self._report_all(self.model.feed(tt.accesses, tt.ends))

    def reset(self) -> None:
        """Tells the predictor that the device was reset; collect what was before it first."""
        self.model.reset()
        self._mirrored.clear()
        if self.block is not None:
            self.block.reset()

    def poke(self, register: str, value: int) -> None:
        """Tells the predictor that the back door sets a register; collect what was before it first.

        Raises:
            KeyError: As `RegisterFileModel.poke`.
        """
        self.settle()
        self.model.poke(register, value)

    def update_mirror(self) -> None:
        """Brings the mirror of the block up to date, the registers that changed only."""
        if self.block is None:
            return
        for name, value in self.model.job_values.items():
            if self._mirrored.get(name) != value:
                self.block.get_reg_by_name(name).predict(value)
                self._mirrored[name] = value
        for name, value in self.model.last_reads.items():
            # A read prediction applies the side effect of the access policy: FINISHED is 0 afterwards.
            self.block.get_reg_by_name(name).predict(value, kind=uvm_predict_e.UVM_PREDICT_READ)
        self.model.last_reads.clear()

    def check_phase(self) -> None:
        """Applies the last events.

        Raises:
            AssertionError: There are findings that nobody but the log was told of.
        """
        self.settle()
        if self._report is None and self.model.findings:
            raise AssertionError(
                f"{len(self.model.findings)} register findings, first: {self.model.findings[0]}"
            )

    def _report_all(self, findings: list[RegisterFinding]) -> None:
        for finding in findings:
            if self._report is not None:
                self._report(finding)
            else:
                self.logger.error("register model: %s", finding)
