# SPDX-License-Identifier: Apache-2.0
"""Agent of the wide port: the memory that serves it, its back door, and its monitor."""
