# SPDX-License-Identifier: Apache-2.0
"""Clusters by the names of their descriptors, for the loop without Python."""

CONTRACT = "cluster_8"
"""The contract's cluster, whose figures are kept: eight cores with floating point."""
SMALL = "cluster_2"
"""The one that is built and simulated fastest and still has cores that meet: two without floating point."""
