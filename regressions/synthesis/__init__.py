# SPDX-License-Identifier: Apache-2.0
"""`make synth`: area, registers and logic depth of a device in generic cells (docs/synthesis.md)."""
