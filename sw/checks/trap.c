// SPDX-License-Identifier: Apache-2.0
// The last hart meets an illegal instruction.
#include "hal/event.h"

int main(uint32_t hart) {
    if ((team() >> (hart + 1)) == 0) __asm__ volatile(".word 0xFFFFFFFF");
    return 0;
}
