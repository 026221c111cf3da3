# SPDX-License-Identifier: Apache-2.0
"""A device whose M, N and K are multiples of 8, and 8 at least."""
