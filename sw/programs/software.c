// SPDX-License-Identifier: Apache-2.0
// The GEMM-Ops of the mailbox, FP16, on the cores: the baselines that the accelerator is compared with. `mode` chooses
// how, see sw/hal/software.h. Answers: cycles of each job, all harts together. Returns 1 for sizes that the mode cannot
// do.
#include "../hal/software.h"

int main(uint32_t hart) {
    const uint32_t harts = (uint32_t)__builtin_popcount(team()), mode = mailbox.mode;
    for (uint32_t index = 0; index < mailbox.count; ++index) {
        const job_t job = mailbox.job[index];
        if (!software_can(mode, &job)) return 1;
        barrier();
        const uint32_t begin = cycles();
        software_run(mode, &job, hart, harts);
        barrier();
        if (hart == 0) mailbox.answer[index] = cycles() - begin;
    }
    return 0;
}
