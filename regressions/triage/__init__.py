# SPDX-License-Identifier: Apache-2.0
"""Triage: what failing jobs have in common."""
