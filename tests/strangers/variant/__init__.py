# SPDX-License-Identifier: Apache-2.0
"""The variant of the serial device that strangers are made of by parameters."""
