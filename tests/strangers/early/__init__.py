# SPDX-License-Identifier: Apache-2.0
"""A device whose event comes before its last write, and whose busy_o falls late."""
