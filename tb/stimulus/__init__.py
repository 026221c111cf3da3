# SPDX-License-Identifier: Apache-2.0
"""What to do: jobs, scenarios, random draws and failure records. Imports neither cocotb nor pyuvm."""
