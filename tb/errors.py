# SPDX-License-Identifier: Apache-2.0
"""The error of bad input that a person can put right."""


class UserError(Exception):
    """Bad input or a machine that lacks something: what is wrong, where, and what to do next."""
