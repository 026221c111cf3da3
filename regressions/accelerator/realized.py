# SPDX-License-Identifier: Apache-2.0
"""Devices as they are built: parts that a descriptor wants as a netlist are one."""

from tb.exchange.device import Descriptor


def realized(device: Descriptor) -> Descriptor:
    """The device with the sources that are compiled; a netlist is made where the cache does not have it.

    Raises:
        BuildError: It cannot be made.
    """
    if device.netlist is None:
        return device
    # Its tools are an extra, and few devices ask for it.
    from regressions.synthesis.netlists import with_netlist

    return with_netlist(device)
