# SPDX-License-Identifier: Apache-2.0
"""Arithmetic counted out: units of the array, compiled alone, beside exact integers and the model."""
