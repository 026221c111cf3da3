# SPDX-License-Identifier: Apache-2.0
"""Register model of RedMulE, generated from ``rtl/redmule.rdl``: map, pyuvm model, prediction, accesses."""
