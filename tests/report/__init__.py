# SPDX-License-Identifier: Apache-2.0
"""The page of a run, in a real browser and by its content."""
