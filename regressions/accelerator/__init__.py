# SPDX-License-Identifier: Apache-2.0
"""The accelerator alone, for the runner: its bench, and all else in which kinds of devices differ."""
