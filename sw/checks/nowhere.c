// SPDX-License-Identifier: Apache-2.0
// Hart 0 reads an address that no target has, and gets what such an address reads.
#include "hal/io.h"

int main(uint32_t hart) {
    if (hart != 0) return 0;
    return read32(0x10203000) == 0xBADACCE5 ? (int)(read32(0x20000000) - 0xBADACCE5) : 1;
}
