# SPDX-License-Identifier: Apache-2.0
"""A device with the register map of another family."""
