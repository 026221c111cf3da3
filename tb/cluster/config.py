# SPDX-License-Identifier: Apache-2.0
"""Configuration of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from models.timing import Instance
from tb.errors import UserError

if TYPE_CHECKING:
    from tb.exchange.device import Descriptor

PAPER = Instance(4, 12, 3, 256)
"""The accelerator that the contract puts into the cluster."""


Bytes = Annotated[int, Meta(ge=1024)]


class ClusterTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Table `cluster` of a descriptor; defaults are the contract's.

    Attributes:
        banks: of the TCDM, a power of two, at least dw / 32 + 1
        tcdm_bytes: a power of two, at most 1 MiB
        l2_bytes: a power of two
        code_bytes: instruction memory, a power of two
        l2_latency: cycles
        fpu: whether the cores have floating point
    """

    banks: Annotated[int, Meta(ge=2)] = 16
    tcdm_bytes: Bytes = 128 * 1024
    l2_bytes: Bytes = 2 * 1024 * 1024
    code_bytes: Bytes = 64 * 1024
    l2_latency: Annotated[int, Meta(ge=1)] = 20
    fpu: bool = True


class ClusterConfig(ClusterTable, frozen=True, kw_only=True):
    """Parameters of a cluster."""

    cores: int = 8  # 1, 2, 4 or 8
    instance: Instance = PAPER

    @property
    def name(self) -> str:
        """Short name, for folders and reports."""
        return f"cluster-{self.cores}{'-fpu' if self.fpu else ''}"

    def parameters(self) -> dict[str, int]:
        """Parameters of `cluster_system`."""
        accelerator = self.instance
        return {
            "N_CORES": self.cores,
            "BANKS": self.banks,
            "TCDM_BYTES": self.tcdm_bytes,
            "L2_BYTES": self.l2_bytes,
            "L2_LATENCY": self.l2_latency,
            "CODE_BYTES": self.code_bytes,
            "FPU": int(self.fpu),
            "H": accelerator.h,
            "L": accelerator.l,
            "P": accelerator.p,
            "DW": accelerator.dw,
        }


def cluster_of(device: Descriptor) -> ClusterConfig:
    """Return the parameters of a cluster.

    Raises:
        UserError: The device is alone.
    """
    if not isinstance(device.config, ClusterConfig):
        from tb.descriptor import available

        raise UserError(f"{device.name} is no cluster; choose one of {', '.join(available(kind='cluster'))}")
    return device.config
