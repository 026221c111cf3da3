# SPDX-License-Identifier: Apache-2.0
"""Code coverage of a device: which lines, branches, conditions and bits of its sources a run exercised."""
