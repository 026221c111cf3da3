# SPDX-License-Identifier: Apache-2.0
"""The cluster's bench: tasks of programs, monitors, and the loop without Python (docs/cluster.md)."""
