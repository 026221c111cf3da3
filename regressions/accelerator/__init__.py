# SPDX-License-Identifier: Apache-2.0
"""The accelerator alone, for the runner: its bench and its other differences from other kinds."""
