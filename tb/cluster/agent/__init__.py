# SPDX-License-Identifier: Apache-2.0
"""Agent of a cluster: programs started through the host, and the records of its monitor."""
