# SPDX-License-Identifier: Apache-2.0
"""Tests of `make synth`; they need the extra, which installs itself at its first use."""
