# SPDX-License-Identifier: Apache-2.0
"""Results of runs as tables: read from their folders line by line, kept as Parquet, asked by SQL."""
