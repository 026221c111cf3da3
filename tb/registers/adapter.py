# SPDX-License-Identifier: Apache-2.0
"""Adapter between pyuvm register operations and items of the control agent."""

from pyuvm import uvm_access_e, uvm_object, uvm_reg_adapter, uvm_reg_bus_op, uvm_status_e

from tb.agents.control.access import ALL_BYTES, Access, core_id
from tb.agents.control.sequences import ControlItem


class AccessAs(uvm_object):
    """Extension of a register operation: its core and its byte enables.

    Pass it as ``extension`` of ``reg.read``, ``reg.write`` and the like.

    Attributes:
        core: Accessing core, 0..7.
        be: Byte enables of a write; None for those of the operation.
    """

    def __init__(self, core: int, be: int | None = None, name: str = "access_as") -> None:
        super().__init__(name)
        self.core = core
        self.be = be


class ControlAdapter(uvm_reg_adapter):
    """Turns register operations into `ControlItem` objects and their responses back.

    Connect it with ``block.get_default_map().set_sequencer(agent.sequencer, ControlAdapter())``. Operations
    without an `AccessAs` extension are made by `core`.

    The register port has no error response: an operation fails (``UVM_NOT_OK``) only when the device gave no
    grant or no response.
    """

    def __init__(self, name: str = "control_adapter", core: int = 0) -> None:
        super().__init__(name)
        self.supports_byte_enable = True
        self.core = core

    def reg2bus(self, rw: uvm_reg_bus_op) -> ControlItem:
        """The item of one access that carries out a register operation."""
        operation = self.get_item()
        extension = operation.get_extension() if operation is not None else None
        core, enables = self.core, rw.byte_en & ALL_BYTES
        if isinstance(extension, AccessAs):
            core = extension.core
            enables = enables if extension.be is None else extension.be
        is_write = rw.kind is uvm_access_e.UVM_WRITE
        access = Access(rw.addr, is_write, rw.data if is_write else 0, enables, core_id(core))
        return ControlItem("register_access", [access])

    def bus2reg(self, bus_item: ControlItem, rw: uvm_reg_bus_op) -> None:
        """Takes over the outcome of the item: read data and status."""
        access = bus_item.accesses[0]
        rw.kind = uvm_access_e.UVM_WRITE if access.write else uvm_access_e.UVM_READ
        rw.addr = access.address
        rw.byte_en = access.be
        if bus_item.error is not None or not bus_item.responses:
            rw.status = uvm_status_e.UVM_NOT_OK
            return
        rw.data = access.data if access.write else bus_item.responses[0].data
        rw.status = uvm_status_e.UVM_IS_OK
