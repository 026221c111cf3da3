// SPDX-License-Identifier: Apache-2.0
// Python's global lock while the simulator runs.
//
// cocotb's start-up leaves the lock with the simulator's thread and never lets go of it: its callbacks take and give
// it back in pairs, inside of that. Given away once, outside of any callback, each callback takes it for as
// long as it runs, and other threads of Python can work while the simulator does.
#pragma once

#include <dlfcn.h>

namespace bench {

/** Lets go of Python's lock, if this thread has it; without Python in the process nothing happens. */
inline void release_interpreter() {
    // Looked up, not linked: the bench object is also used and tested by programs without Python.
    const auto held = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "PyGILState_Check"));
    const auto release = reinterpret_cast<void* (*)()>(dlsym(RTLD_DEFAULT, "PyEval_SaveThread"));
    // The thread's state, which is returned, is found again by PyGILState_Ensure.
    if (held != nullptr && release != nullptr && held() != 0) release();
}

}  // namespace bench
