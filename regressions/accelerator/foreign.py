# SPDX-License-Identifier: Apache-2.0
"""Build of a device with sources of other authors: its macros, flags, checks and waivers."""

from regressions.simulators.model import NO_CASE_CHECKS
from tb.exchange.device import Descriptor
from tb.headers import included

_WAIVERS = "foreign.vlt"


def device_flags(device: Descriptor) -> tuple[str, ...]:
    """Return the flags that a device's descriptor gives, and whether its cases are checked."""
    macros = (f"-D{name}={value}" if value else f"-D{name}" for name, value in device.defines.items())
    unchecked = () if device.checks_cases else (NO_CASE_CHECKS,)
    return (*unchecked, *macros, *device.flags)


def waivers(device: Descriptor) -> dict[str, str]:
    """Return the configuration file of a device without lint, by name; empty for one with lint."""
    if device.lint == "on":
        return {}
    files = dict.fromkeys((*device.sources, *included(device.sources, device.includes)))
    lines = [f'lint_off -file "*/{path.parent.name}/{path.name}"' for path in files]
    return {_WAIVERS: "\n".join(["`verilator_config", *lines]) + "\n"}
