// SPDX-License-Identifier: Apache-2.0
// Hart 0 sleeps for an event that never comes, the others wait for it.
#include "hal/event.h"

int main(uint32_t hart) {
    event_mask_set(1u << 7);
    if (hart == 0) (void)event_wait();
    return 0;
}
