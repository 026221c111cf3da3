# SPDX-License-Identifier: Apache-2.0
"""Agent of a cluster: programs begun through the host, and what its monitor saw."""
