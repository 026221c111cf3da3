# SPDX-License-Identifier: Apache-2.0
"""Clusters by the names of their descriptors, for what runs them in the loop without Python."""

from __future__ import annotations

from regressions.errors import UserError
from tb.cluster.config import ClusterConfig
from tb.descriptor import available, load

CONTRACT = "cluster_8"
"""The contract's cluster, whose figures are kept: eight cores with floating point."""
SMALL = "cluster_2"
"""The one that is built and simulated fastest and still has cores that meet: two without floating point."""


def cluster_config(name: str) -> ClusterConfig:
    """What a cluster is built with.

    Args:
        name: Of its descriptor.

    Raises:
        SchemaError: There is no such descriptor, or it is malformed.
        UserError: It describes a device without cores.
    """
    config = load(name).cluster
    if config is None:
        raise UserError(f"{name} is no cluster; choose one of {', '.join(available(clusters=True))}")
    return config
