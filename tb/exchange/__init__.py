# SPDX-License-Identifier: Apache-2.0
"""The language between the runner and a simulation: everything that crosses the border, declared once.

Both sides import these structs, and the same declaration writes and reads them. The package imports nothing
of `tb` but `tb.schema`, whose errors it raises.
"""
