# SPDX-License-Identifier: Apache-2.0
"""Checks of what a device did: pure functions over logs and memory, and the scoreboard that runs them."""
