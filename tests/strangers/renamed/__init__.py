# SPDX-License-Identifier: Apache-2.0
"""A device whose ports have other names, behind the wrapper that `make new-dut` writes."""
