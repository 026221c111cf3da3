// SPDX-License-Identifier: Apache-2.0
// See verilated.h beside this file.
#pragma once
