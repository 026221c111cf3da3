# SPDX-License-Identifier: Apache-2.0
"""The cluster's bench: what a program is given, monitors, and the loop without Python (docs/cluster.md)."""
