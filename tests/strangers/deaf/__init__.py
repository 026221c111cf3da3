# SPDX-License-Identifier: Apache-2.0
"""A device that hears nothing after a reset."""
