# SPDX-License-Identifier: Apache-2.0
"""pyuvm tests: what a simulation runs."""
