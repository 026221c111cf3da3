# SPDX-License-Identifier: Apache-2.0
"""Devices of strangers, played by wrappers and variants of the project's own RTL."""
