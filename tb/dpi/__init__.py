# SPDX-License-Identifier: Apache-2.0
"""C++ side of the bench and its view from Python."""
