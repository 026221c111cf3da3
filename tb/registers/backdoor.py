# SPDX-License-Identifier: Apache-2.0
"""Back door to the registers through simulator handles (pyuvm 5 has none).

Optional: a device's descriptor may name the signal behind each register (``[backdoor]``); nothing else of the
bench looks inside the device.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cocotb.handle import Immediate, SimHandleBase
from pyuvm import uvm_reg_backdoor, uvm_reg_item, uvm_status_e

from tb.registers.generate import register_map
from tb.registers.map import RegisterMap
from tb.schema import alternatives

_STEP = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]")


class BackdoorError(RuntimeError):
    """A register cannot be reached by the back door; the message says why."""


def signal_at(root: SimHandleBase, path: str) -> Any:
    """Handle of a signal by its hierarchical path below a scope, such as ``i_regs.job_regs_q[0]``.

    Raises:
        LookupError: No such signal; it says which step of the path is missing.
    """
    handle: Any = root
    for step in _STEP.finditer(path):
        try:
            handle = getattr(handle, step["name"]) if step["name"] else handle[int(step["index"])]
        except (AttributeError, IndexError, TypeError) as error:
            raise LookupError(f"no {step[0]!r}") from error
    return handle


class RegisterBackdoor(uvm_reg_backdoor):
    """Reads and writes the storage of registers, without an access and its side effects.

    Reads and writes take no simulated time. They are for storage that the device does not drive in the same
    moment; use them between clock edges' activity, as front-door accesses of the same task do.

    Args:
        root: Handle the paths start from: the device's top module.
        paths: Hierarchical path of each register's storage, by register name, such as
            ``i_regs.job_regs_q[0]``.
        on_poke: Called with register name and value before a register is set, so that whoever predicts
            the registers hears of it: let the monitor collect, then call `RegisterPredictor.poke`.
        registers: Of the device; the contract's by default.

    Raises:
        BackdoorError: A path is given for a register that does not exist.
    """

    def __init__(
        self,
        root: SimHandleBase,
        paths: Mapping[str, str],
        on_poke: Callable[[str, int], None] | None = None,
        name: str = "backdoor",
        registers: RegisterMap | None = None,
    ) -> None:
        super().__init__(name)
        known = registers or register_map()
        for register in sorted(set(paths) - set(known)):
            what = f"[backdoor] of the device's descriptor names no register with '{register}'"
            raise BackdoorError(f"{what}; {alternatives(register, sorted(known))}")
        self._on_poke = on_poke
        self._root = root
        self._paths = dict(paths)
        self._handles: dict[str, Any] = {}

    def has(self, register: str) -> bool:
        """Return whether the descriptor names a path for this register."""
        return register in self._paths

    def peek(self, register: str) -> int:
        """The stored value of a register.

        Raises:
            BackdoorError: No path, no such signal, or a value with X or Z.
        """
        value = self._handle(register).value
        try:
            return int(value)
        except ValueError as error:
            raise BackdoorError(f"register {register} at {self._paths[register]} holds {value}") from error

    def poke(self, register: str, value: int) -> None:
        """Sets the stored value of a register at once.

        Raises:
            BackdoorError: No path, or no such signal.
        """
        handle = self._handle(register)
        if self._on_poke is not None:
            self._on_poke(register, value)
        handle.set(Immediate(value))

    async def read(self, rw: uvm_reg_item) -> None:
        """`uvm_reg_backdoor.read`: for the register that is the element of `rw`."""
        rw.set_value(self.peek(rw.get_element().get_name()))
        rw.set_status(uvm_status_e.UVM_IS_OK)

    async def write(self, rw: uvm_reg_item) -> None:
        """`uvm_reg_backdoor.write`: for the register that is the element of `rw`."""
        self.poke(rw.get_element().get_name(), rw.get_value())
        rw.set_status(uvm_status_e.UVM_IS_OK)

    def _handle(self, register: str) -> Any:
        handle = self._handles.get(register)
        if handle is None:
            handle = self._handles[register] = self._find(register)
        return handle

    def _find(self, register: str) -> Any:
        path = self._paths.get(register)
        if path is None:
            known = ", ".join(sorted(self._paths)) or "none"
            raise BackdoorError(
                f"register {register} has no back door; add its path to [backdoor] of the device's "
                f"descriptor (paths there: {known})"
            )
        try:
            return signal_at(self._root, path)
        except LookupError as error:
            raise BackdoorError(
                f"back door of register {register}: {error.args[0]} of path {path} in the simulation; "
                "correct [backdoor] of the device's descriptor, or make the signal public"
            ) from error
