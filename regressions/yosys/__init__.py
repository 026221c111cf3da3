# SPDX-License-Identifier: Apache-2.0
"""Yosys and ABC, an extra in an environment of its own, for `make synth` and `make prove`."""
