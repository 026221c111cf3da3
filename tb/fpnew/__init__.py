# SPDX-License-Identifier: Apache-2.0
"""FPnew alone, verilated: the steps of a job computed without the device around them."""
