// SPDX-License-Identifier: Apache-2.0
// DPI side of the bench: memory, grants, logs, watchdog and violation counts.
//
// Called from tb/sv; the same object (instance.h) is reached by Python through the bench_py_* functions below,
// which is why the executable exports its symbols.
#include <cstdint>
#include <memory>
#include <vector>

#include "bench.h"
#include "instance.h"
#include "interpreter.h"
#include "svdpi.h"

namespace bench {
namespace {

std::vector<std::unique_ptr<Bench>>& instances() {
    static std::vector<std::unique_ptr<Bench>> all;
    return all;
}

Bench& of(void* handle) { return *static_cast<Bench*>(handle); }

}  // namespace
}  // namespace bench

using bench::of;

extern "C" {

// ---- DPI, called by tb/sv ---------------------------------------------------------------------

void* bench_create(int lanes) {
    bench::release_interpreter();
    bench::instances().push_back(std::make_unique<bench::Bench>(lanes));
    return bench::instances().back().get();
}

// `aimed`: a grant may depend on what is asked for.
svBit bench_tick(void* handle, uint64_t cycle, svBit rst_n, svBit req, svBit gnt, uint32_t add, svBit wen,
                 svBit r_valid, svBit busy, svBit* next_grant, svBit* grant_without_req, svBit* aimed) {
    auto& self = of(handle);
    *aimed = self.stalls.aimed();
    *grant_without_req = self.shared.grant_without_req != 0;
    return self.tick(cycle, rst_n, {add, req != 0, gnt != 0, wen != 0}, r_valid, busy, next_grant);
}

void bench_beat(void* handle, uint64_t cycle, svBit gnt, svBit wen, uint32_t add, const svBitVecVal* be,
                const svBitVecVal* data, svBitVecVal* r_data, svBit* r_valid) {
    auto& self = of(handle);
    self.beat(cycle, gnt, wen, add, be, data, r_data);
    *r_valid = gnt && (wen || self.write_response());
}

uint64_t bench_busy_banks(void* handle) { return of(handle).stalls.busy_banks(); }

svBit bench_targeted(void* handle, uint32_t add, svBit wen) { return of(handle).stalls.targeted(add, wen); }

svBit bench_read_allowed(void* handle, uint32_t add) { return of(handle).window.read_allowed(add); }

svBit bench_write_allowed(void* handle, uint32_t add, const svBitVecVal* be) {
    return of(handle).window.write_allowed(add, be);
}

void bench_access(void* handle, uint64_t cycle, uint32_t add, svBit wen, uint32_t be, uint32_t data, uint32_t id,
                  svBit answered, uint32_t r_data) {
    of(handle).log.access({cycle, add, data, r_data, static_cast<uint8_t>(id), wen, static_cast<uint8_t>(be), answered});
}

void bench_port(void* handle, uint64_t cycle, svBit req, svBit gnt, uint32_t add, svBit wen, uint32_t be,
                uint32_t data, uint32_t id, svBit r_valid, uint32_t r_id) {
    const int flags = (req ? bench::kPortRequest : 0) | (req && gnt ? bench::kPortGrant : 0) |
                      (r_valid ? bench::kPortResponse : 0);
    of(handle).port({cycle, add, data, static_cast<uint8_t>(id), wen, static_cast<uint8_t>(be),
                     static_cast<uint8_t>(flags), static_cast<uint8_t>(r_id), {}});
}

svBit bench_play(void* handle, uint64_t cycle, svBit granted, svBit answered, uint32_t r_data, uint32_t* add,
                 svBit* wen, uint32_t* be, uint32_t* data, uint32_t* id) {
    const bench::PlayedAccess* request = of(handle).play(cycle, granted, answered, r_data);
    if (request == nullptr) return 0;
    *add = request->add;
    *wen = request->wen;
    *be = request->be;
    *data = request->data;
    *id = request->id;
    return 1;
}

void bench_play_stop(void* handle) { of(handle).player.stop(); }

void bench_event(void* handle, uint64_t cycle, int core, int line) { of(handle).event(cycle, core, line); }

void bench_probe(void* handle, uint64_t cycle, const svBitVecVal* slots) {
    of(handle).log.probe(cycle, reinterpret_cast<const uint8_t*>(slots));
}

void bench_cover(void* handle, uint64_t events) { of(handle).shared.covered |= events; }

void bench_states(void* handle, uint64_t cycle, uint64_t events) { of(handle).log.state(cycle, events); }

void bench_violation(void* handle, uint64_t cycle, int rule) { of(handle).violation(cycle, rule); }

// ---- Python, called through ctypes ---------------------------------------------------------------

void* bench_py_instance(uint32_t index) {
    return index < bench::instances().size() ? bench::instances()[index].get() : nullptr;
}
uint64_t bench_py_shared_size() { return sizeof(bench::Shared); }
void* bench_py_shared(void* handle) { return &of(handle).shared; }
uint8_t* bench_py_memory(void* handle) { return of(handle).window.memory.get(); }
uint32_t* bench_py_beats(void* handle) { return of(handle).log.beats.get(); }
uint32_t bench_py_beat_words(void* handle) { return of(handle).log.beat_words(); }
void* bench_py_accesses(void* handle) { return of(handle).log.accesses.get(); }
void* bench_py_ports(void* handle) { return of(handle).log.ports.get(); }
void* bench_py_events(void* handle) { return of(handle).log.events.get(); }
void* bench_py_probes(void* handle) { return of(handle).log.probes.get(); }
void* bench_py_states(void* handle) { return of(handle).log.states.get(); }
void* bench_py_play_state(void* handle) { return &of(handle).player.state; }
void* bench_py_play_list(void* handle) { return of(handle).player.list; }
void bench_py_play_start(void* handle, const void* accesses, uint32_t length, uint32_t timeout) {
    of(handle).player.start(static_cast<const bench::PlayedAccess*>(accesses), length, timeout);
}
void bench_py_play_stop(void* handle) { of(handle).player.stop(); }
void bench_py_set(void* handle, const void* setting, const uint8_t* image) {
    of(handle).set(*static_cast<const bench::Setting*>(setting), image);
}
uint64_t bench_py_forget(void* handle) { return of(handle).forget(); }
void* bench_py_deputy_device(void* handle) { return &of(handle).deputy.device; }
void bench_py_deputy_schedule(void* handle, void* schedule) {
    of(handle).deputy.schedule = reinterpret_cast<bench::Schedule>(schedule);
}
void* bench_py_deputy_state(void* handle) { return &of(handle).deputy.state; }
void* bench_py_deputy_measured(void* handle) { return of(handle).deputy.measured; }
uint32_t bench_py_deputy_clean(void* handle, const void* jobs, uint32_t count, const uint8_t* expected) {
    return of(handle).clean(static_cast<const bench::JudgedJob*>(jobs), count, expected);
}
const void* bench_py_deputy_traces(void* handle) { return of(handle).deputy.traces.data(); }
}
