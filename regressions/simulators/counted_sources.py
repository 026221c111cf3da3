# SPDX-License-Identifier: Apache-2.0
"""Which sources of a device count: its own modules, not packages, vendored units or anything of the bench."""

from pathlib import Path

from tb.exchange.device import Descriptor
from tb.paths import vendor_folder


def counted(descriptor: Descriptor) -> tuple[Path, ...]:
    """The sources whose code coverage counts, in the order of the descriptor.

    Packages hold constants and types. What the descriptor takes from an installed package has its own
    verification, and much of it is configured away.
    """
    vendor = vendor_folder()
    return tuple(
        source
        for source in descriptor.sources
        if not (vendor is not None and source.is_relative_to(vendor.resolve()))
        and not source.stem.endswith("_pkg")
    )
