# SPDX-License-Identifier: Apache-2.0
"""A device that has to be cleared between jobs."""
