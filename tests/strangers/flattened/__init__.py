# SPDX-License-Identifier: Apache-2.0
"""A netlist-like single file, with nested lists, macros, headers and cells of a library."""
