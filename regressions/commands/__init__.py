# SPDX-License-Identifier: Apache-2.0
"""Commands of ``python -m regressions``: each acts on an order."""
