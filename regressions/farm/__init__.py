# SPDX-License-Identifier: Apache-2.0
"""Simulations on other machines, by the engine Dask, which is imported for ``FARM=`` alone (docs/farm.md)."""
