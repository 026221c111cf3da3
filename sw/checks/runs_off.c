// SPDX-License-Identifier: Apache-2.0
// Hart 0 jumps to where no code is.
#include <stdint.h>

int main(uint32_t hart) {
    if (hart == 0) ((void (*)(void))0x1A008000)();
    return 0;
}
