# SPDX-License-Identifier: Apache-2.0
"""Second opinions on the steps of a job: FPnew alone, verilated, and exact integers."""
