# SPDX-License-Identifier: Apache-2.0
"""Stimulus: jobs, scenarios, random draws and failure records. Imports neither cocotb nor pyuvm."""
