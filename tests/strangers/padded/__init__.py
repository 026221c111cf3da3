# SPDX-License-Identifier: Apache-2.0
"""A device whose padding of N shows."""
