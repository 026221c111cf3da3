# SPDX-License-Identifier: Apache-2.0
"""Tests of farms: tasks and answers without an engine, and runs on a cluster of separate processes."""
