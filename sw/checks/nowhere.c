// SPDX-License-Identifier: Apache-2.0
// Hart 0 reads where nothing is, hart 1 in a gap of the peripherals; both get what such an address reads.
#include "hal/io.h"

int main(uint32_t hart) {
    if (hart > 1) return 0;
    return (int)(read32(hart == 0 ? 0x20000000 : 0x10203000) - 0xBADACCE5);
}
