// SPDX-License-Identifier: Apache-2.0
// The last hart says that something was wrong.
#include "hal/event.h"

int main(uint32_t hart) {
    return (team() >> (hart + 1)) == 0 ? 0x35 : 0;
}
