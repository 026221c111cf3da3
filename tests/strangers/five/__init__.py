# SPDX-License-Identifier: Apache-2.0
"""A device with five defects at once, each under a condition of its own."""
