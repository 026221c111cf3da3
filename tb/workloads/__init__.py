# SPDX-License-Identifier: Apache-2.0
"""Programs that the engine is for, as streams of jobs: networks that are trained, graphs that are solved."""
