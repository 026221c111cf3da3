# SPDX-License-Identifier: Apache-2.0
"""pyuvm tests that a simulation runs."""
