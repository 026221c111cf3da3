# SPDX-License-Identifier: Apache-2.0
"""The cluster: building its simulation and its programs, loading and running them (docs/cluster.md)."""
