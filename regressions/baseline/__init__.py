# SPDX-License-Identifier: Apache-2.0
"""The ratchet on speed: kept cycles of a list of jobs, which change on purpose only (`make baseline`)."""
