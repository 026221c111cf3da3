# SPDX-License-Identifier: Apache-2.0
"""`make prove`: properties of control modules, for all inputs and all times (docs/proof.md)."""
