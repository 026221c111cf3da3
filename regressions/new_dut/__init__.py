# SPDX-License-Identifier: Apache-2.0
"""``make new-dut``: a descriptor, and a wrapper where one is needed, for RTL that nobody here has seen."""
