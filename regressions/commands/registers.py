# SPDX-License-Identifier: Apache-2.0
"""``make registers``: the register map of a device, as a header for firmware and as a table."""

from rich.console import Console

from regressions.order import Order
from regressions.paths import relative
from regressions.run import EXIT_PASSED
from regressions.services import Services
from tb.registers.document import header, table
from tb.registers.own import registers_of


def registers(order: Order, services: Services, console: Console) -> int:
    """Writes the files of the device, and prints the table."""
    device = services.device(order.device)
    folder = order.tree.root / "registers" / device.name
    folder.mkdir(parents=True, exist_ok=True)
    described = registers_of(device)
    (folder / "registers.h").write_text(header(described, device.name))
    (folder / "registers.md").write_text(table(described))
    console.print(table(described), markup=False, soft_wrap=True)
    console.print(f"{relative(folder)}/registers.h, registers.md", markup=False, soft_wrap=True)
    return EXIT_PASSED
