// SPDX-License-Identifier: Apache-2.0
// Hart 0 calls main where it would be if the instruction memory of 64 KiB were there twice.
#include <stdint.h>

int main(uint32_t hart) {
    if (hart != 0) return 0;
    return ((int (*)(uint32_t))((uint32_t)main + 0x10000))(1);
}
