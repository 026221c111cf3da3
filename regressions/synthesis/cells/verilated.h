// SPDX-License-Identifier: Apache-2.0
// What the bare loop takes of the simulator's library; see Vbare.h.
#pragma once

class VerilatedContext {};
