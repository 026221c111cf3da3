# SPDX-License-Identifier: Apache-2.0
"""A device that deviates in nearly all that traits can say at once."""
