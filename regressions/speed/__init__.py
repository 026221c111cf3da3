# SPDX-License-Identifier: Apache-2.0
"""Speed of the model, of the simulation and of the accelerator, for `make bench`."""
