# SPDX-License-Identifier: Apache-2.0
"""Clusters by the names of their descriptors, for the loop without Python."""

from tb.cluster.config import ClusterConfig, cluster_of
from tb.descriptor import load

CONTRACT = "cluster_8"
"""The contract's cluster, whose figures are kept: eight cores with floating point."""
SMALL = "cluster_2"
"""The one that is built and simulated fastest and still has cores that meet: two without floating point."""


def cluster_config(name: str) -> ClusterConfig:
    """Parameters of a cluster.

    Args:
        name: Of its descriptor.

    Raises:
        SchemaError: There is no such descriptor, or it is malformed.
        UserError: It describes a device without cores.
    """
    return cluster_of(load(name))
