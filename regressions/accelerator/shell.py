# SPDX-License-Identifier: Apache-2.0
"""The generated `dut_shell`: any device behind the flat ports of contract A4.1.

The bench instantiates `dut_shell`; only this file knows the device's module name and parameters.
"""

from pathlib import Path
from typing import Any

from regressions.pages import templates
from tb.exchange.device import MAX_CAUSES, MAX_EVENTS, Descriptor

DEVICE = "i_device"
"""Name of the device's instance in a shell."""

_SLOT_BITS = 48


def dut_shell(descriptor: Descriptor, *, bench: bool) -> str:
    """SystemVerilog text of `dut_shell` for a device.

    With the bench around it, the shell shows what the device's probe counts and the internal events that it
    tells; a bare device has neither, since they are bound.
    """
    limits = {"causes": MAX_CAUSES, "slot_bits": _SLOT_BITS, "events": MAX_EVENTS}
    return _rendered("dut_shell", descriptor, bench=bench, **limits)


def accelerator_shell(descriptor: Descriptor, name: str) -> str:
    """SystemVerilog text of a module around a device, by which a larger system instantiates it.

    It has the parameters H, L, P, DW and N_CORES. Empty if the device's top module has that name already.
    """
    return "" if descriptor.top == name else _rendered("accelerator_shell", descriptor, module=name)


def contract_ports(dw: int, n_cores: int) -> str:
    """Return the declarations of the ports of contract A4.1.

    Args:
        dw: Payload bits of the memory port.
        n_cores: Event targets.
    """
    template = templates(Path(__file__).parent).get_template("ports.sv.j2")
    return template.render(device={"instance": {"dw": dw}, "n_cores": n_cores})


def _rendered(shell: str, device: Descriptor, **values: Any) -> str:
    template = templates(Path(__file__).parent).get_template(f"{shell}.sv.j2")
    return template.render(device=device, instance=DEVICE, **values) + "\n"
