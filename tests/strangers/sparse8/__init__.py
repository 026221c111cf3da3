# SPDX-License-Identifier: Apache-2.0
"""A device whose FP8 elements are two bytes apart."""
