# SPDX-License-Identifier: Apache-2.0
"""Devices as they are built: parts that a descriptor wants as a netlist are one."""

from pathlib import Path

from tb.exchange.device import Descriptor


def realized(device: Descriptor) -> tuple[Descriptor, tuple[Path, ...]]:
    """The device with the sources that are compiled; a netlist is made where the cache does not have it.

    Returns:
        The device, and C++ sources that belong to it.

    Raises:
        BuildError: It cannot be made.
    """
    if device.netlist is None:
        return device, ()
    # Its tools are an extra, and few devices ask for it.
    from regressions.synthesis.netlists import with_netlist

    return with_netlist(device)
