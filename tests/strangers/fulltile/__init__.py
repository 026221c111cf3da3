# SPDX-License-Identifier: Apache-2.0
"""A device that reads and writes full tiles."""
