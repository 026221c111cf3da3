// SPDX-License-Identifier: Apache-2.0
// Declared in verilated.h beside this file.
#pragma once
