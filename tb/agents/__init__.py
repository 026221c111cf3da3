# SPDX-License-Identifier: Apache-2.0
"""UVM agents of the bench, one package a port."""
