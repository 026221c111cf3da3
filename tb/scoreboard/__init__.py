# SPDX-License-Identifier: Apache-2.0
"""Checks of a device's behaviour: pure functions over logs and memory, and the scoreboard that runs them."""
