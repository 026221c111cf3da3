# SPDX-License-Identifier: Apache-2.0
"""Figures of workloads: where cycles of a network or a graph went, and how well networks learn."""
