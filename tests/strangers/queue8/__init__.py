# SPDX-License-Identifier: Apache-2.0
"""A device with a queue of eight."""
