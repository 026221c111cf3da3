# SPDX-License-Identifier: Apache-2.0
"""Control agent: drives and observes the register port of the accelerator."""
