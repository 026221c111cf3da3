# SPDX-License-Identifier: Apache-2.0
"""A device that hears nothing after a reset or a clear, and takes values with the last register."""
