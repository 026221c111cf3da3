// SPDX-License-Identifier: Apache-2.0
// DPI side of the bench: memory, grants, logs, watchdog and violation counts.
//
// Called from tb/sv; the same object is reached by Python through the bench_py_* functions below,
// which is why the executable exports its symbols.
#include "bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "interpreter.h"
#include "deputy.h"
#include "player.h"
#include "svdpi.h"

namespace bench {
namespace {

constexpr uint8_t kPoison = 0x7F;  // every 16-bit view of it is a NaN

// Zero pages of the operating system: a large buffer costs only what is touched.
template <typename T>
std::unique_ptr<T[], decltype(&std::free)> zeroed(uint64_t count) {
    auto* raw = static_cast<T*>(std::calloc(count, sizeof(T)));
    if (raw == nullptr) {
        std::fprintf(stderr, "bench: no memory for a buffer of %llu bytes\n",
                     static_cast<unsigned long long>(count * sizeof(T)));
        std::abort();
    }
    return {raw, &std::free};
}

// The wide port in a cycle.
struct Request {
    uint32_t add;
    bool req, gnt, wen;
};

}  // namespace

class Bench {
   public:
    explicit Bench(uint32_t lanes)
        : lanes_(lanes),
          be_words_((lanes * 4 + 31) / 32),
          beat_words_(sizeof(BeatHeader) / 4 + be_words_ + lanes + ((be_words_ + lanes) & 1)),
          memory(zeroed<uint8_t>(kMemory)),
          grants(zeroed<uint8_t>(kGrants)),
          banks(zeroed<uint64_t>(kGrants)),
          beats(zeroed<uint32_t>(kBeats * beat_words_)),
          accesses(zeroed<AccessRecord>(kAccesses)),
          ports(zeroed<PortRecord>(kPorts)),
          events(zeroed<EventRecord>(kEvents)),
          probes(zeroed<ProbeRecord>(kProbes)),
          states(zeroed<StateRecord>(kStates)) {
        std::memset(&shared, 0, sizeof shared);
        shared.version = kLayoutVersion;
        shared.lanes = lanes;
        shared.capacity = kMemory;
        shared.size = kMemory;
        shared.beat_capacity = kBeats;
        shared.access_capacity = kAccesses;
        shared.port_capacity = kPorts;
        shared.event_capacity = kEvents;
        shared.probe_capacity = kProbes;
        shared.state_capacity = kStates;
        shared.grant_length = 1;
        shared.random_state = 1;
        grants[0] = 1;
    }

    uint32_t beat_words() const { return beat_words_; }

    // One clock edge. Returns whether Python is to be woken, and the grant of the next cycle.
    bool tick(uint64_t cycle, bool rst_n, const Request& request, bool r_valid, bool busy, uint8_t* next_grant) {
        const bool req = request.req, gnt = request.gnt;
        shared.cycle = cycle;
        note_reset(cycle, rst_n);
        if (r_valid) note_response(cycle);
        const bool waiting = req && !gnt;
        shared.waiting_cycles += waiting;
        note_busy(cycle, busy);
        shared.silence = req ? 0 : shared.silence + 1;
        shared.standstill += !waiting;
        if (shared.watchdog_budget != 0) watch(waiting);
        if (shared.alarm_cycle != 0 && cycle >= shared.alarm_cycle) {
            shared.alarm_cycle = 0;
            wake(kWakeAlarm);
        }
        *next_grant = grants[shared.grant_position] && !holds(request);
        if (++shared.grant_position >= shared.grant_length) shared.grant_position = 0;
        const bool woken = wake_pending_;
        wake_pending_ = false;
        return woken;
    }

    // The banks that are busy in the next cycle, a bit each.
    uint64_t busy_banks() {
        if (shared.bank_length == 0) return 0;
        const uint64_t busy = banks[shared.bank_position];
        if (++shared.bank_position >= shared.bank_length) shared.bank_position = 0;
        return busy;
    }

    // A cycle with a request: log it, and carry the access out if it is granted.
    void beat(uint64_t cycle, bool gnt, bool read, uint32_t add, const uint32_t* be, const uint32_t* data,
              uint32_t* r_data) {
        if (shared.beat_count < shared.beat_capacity) {
            uint32_t* record = &beats[shared.beat_count++ * beat_words_];
            const auto flags = static_cast<uint16_t>((gnt ? 1 : 0) | (read ? 2 : 0));
            const BeatHeader header{cycle, add, flags, 0};
            std::memcpy(record, &header, sizeof header);
            std::memcpy(record + sizeof header / 4, be, be_words_ * 4);
            std::memcpy(record + sizeof header / 4 + be_words_, data, lanes_ * 4);
        } else {
            shared.overrun = 1;
        }
        if (!gnt) return;
        granted_at_[cycle & 1] = cycle + 1;
        if (read) {
            load(add, reinterpret_cast<uint8_t*>(r_data));
        } else {
            store(add, be, reinterpret_cast<const uint8_t*>(data));
        }
    }

    void access(const AccessRecord& record) {
        if (shared.access_count < shared.access_capacity) {
            accesses[shared.access_count++] = record;
        } else {
            shared.overrun = 1;
        }
    }

    void port(const PortRecord& record) {
        acted();  // for a request that is not granted the player has a limit of its own
        if (shared.port_count < shared.port_capacity) {
            ports[shared.port_count++] = record;
        } else {
            shared.overrun = 1;
        }
    }

    void event(uint64_t cycle, uint32_t core, uint32_t line) {
        acted();
        log_event(cycle, core, line);
        if (line == kJobEnd) note_end(cycle);
        if (shared.awaited_ends == 0) {
            wake(kWakeEvent);
        } else if (line == kJobEnd && shared.end_count == shared.awaited_ends) {
            if (shared.awaited_delay == 0) {
                wake(kWakeEvent);
            } else {
                shared.alarm_cycle = cycle + shared.awaited_delay;
            }
        }
    }

    // `slots` holds kCauseCount numbers of kSlotBytes each, lowest first, little endian.
    void probe(uint64_t cycle, const uint8_t* slots) {
        if (shared.probe_count >= shared.probe_capacity) {
            shared.overrun = 1;
            return;
        }
        ProbeRecord& record = probes[shared.probe_count++];
        record = ProbeRecord{cycle, {}};
        for (uint32_t i = 0; i < kCauseCount; ++i) std::memcpy(&record.slots[i], slots + i * kSlotBytes, kSlotBytes);
    }

    void violation(uint64_t cycle, uint32_t rule) {
        Violation& entry = shared.violations[rule < kRuleCount ? rule : 0];
        if (entry.count++ == 0) entry.first_cycle = cycle;
    }

    // A read may touch readable ranges only, a write only the bytes of writable ones.
    bool read_allowed(uint32_t add) const {
        for (uint32_t i = 0; i < shared.range_count; ++i) {
            const Range& range = shared.ranges[i];
            if (!range.writable && offset(add, range.first) + 4 * lanes_ <= range.length) return true;
        }
        return false;
    }

    bool write_allowed(uint32_t add, const uint32_t* be) const {
        for (uint32_t byte = 0; byte < 4 * lanes_; ++byte) {
            if ((be[byte / 32] >> (byte % 32) & 1) != 0 && !writable(add + byte)) return false;
        }
        return true;
    }

    // True if stalls are aimed at this request.
    bool targeted(uint32_t add, bool read) const {
        for (uint32_t i = 0; i < shared.target_count; ++i) {
            const Range& range = shared.targets[i];
            if (read != (range.writable != 0) && offset(add, range.first) < range.length) return true;
        }
        return false;
    }

    bool write_response() {
        if (shared.write_response != kRandom) return shared.write_response == kAlways;
        // xorshift32: seeded by Python with the scenario, so that a replay sees the same answers.
        uint32_t state = shared.random_state;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        shared.random_state = state;
        return (state & 1) != 0;
    }

    // One clock edge of the register port's player. Monitors of the same edge may be called before or after it,
    // so it goes by the ends of earlier edges.
    const PlayedAccess* play(uint64_t cycle, bool granted, bool answered, uint32_t r_data) {
        const uint64_t ends = shared.end_count - (last_end_ == cycle ? ends_at_last_ : 0);
        const PlayedAccess* request = player.step(granted, answered, r_data, ends);
        if (player.take_wake()) wake(kWakePlayer);
        return request;
    }

    // Gets ready for a scenario: memory, who may touch it, grants, answers and watchdog.
    void set(const Setting& setting, const uint8_t* image) {
        const auto* ranges = reinterpret_cast<const Range*>(&setting + 1);
        const auto* targets = ranges + setting.range_count;
        const auto* busy = reinterpret_cast<const uint64_t*>(targets + setting.target_count);
        const auto* pattern = reinterpret_cast<const uint8_t*>(busy + setting.bank_length);
        shared.base = setting.base;
        shared.size = setting.size;
        std::memcpy(memory.get(), image, setting.size);
        std::copy_n(ranges, shared.range_count = setting.range_count, shared.ranges);
        std::copy_n(targets, shared.target_count = setting.target_count, shared.targets);
        std::copy_n(busy, shared.bank_length = setting.bank_length, banks.get());
        std::copy_n(pattern, shared.grant_length = setting.grant_length, grants.get());
        shared.bank_position = shared.grant_position = 0;
        shared.grant_without_req = setting.grant_without_req;
        shared.write_response = setting.write_response;
        shared.random_state = setting.random_state;
        shared.hold_after = setting.hold_after;
        shared.hold_cycles = setting.hold_cycles;
        shared.silence = shared.standstill = 0;
        shared.silence_limit = setting.silence_limit;
        shared.standstill_limit = setting.standstill_limit;
        shared.watchdog_budget = setting.budget;
    }

    // The device's internal events at an edge, when they have changed; those of a long scenario's end are not kept.
    void note_states(uint64_t cycle, uint64_t events) {
        states_ = events;
        if (shared.state_count < shared.state_capacity) states[shared.state_count++] = {cycle, events};
    }

    // Forgets logs, sums and wake reasons; violations stay. Returns the last edge.
    uint64_t forget() {
        shared.beat_count = shared.access_count = shared.event_count = shared.end_count = 0;
        shared.probe_count = shared.port_count = 0;
        shared.state_count = 0;
        note_states(shared.cycle, states_);
        shared.busy_cycles = shared.waiting_cycles = shared.covered = 0;
        shared.wake_reasons = shared.watchdog_fired = 0;
        shared.awaited_ends = 0;
        return shared.cycle;
    }

    // True if nothing is wrong with a scenario: its logs, and its memory against what is expected of it.
    bool clean(const JudgedJob* jobs, uint32_t count, const uint8_t* expected) {
        const Logs logs{beats.get(),  shared.beat_count,  beat_words_,  lanes_,
                        accesses.get(), shared.access_count, events.get(), shared.event_count,
                        probes.get(), shared.probe_count};
        return std::memcmp(memory.get(), expected, shared.size) == 0 && deputy.clean(logs, jobs, count);
    }

   private:
    static constexpr uint64_t kMemory = 1ull << 28;
    static constexpr uint64_t kGrants = 1ull << 20;
    static constexpr uint64_t kBeats = 1ull << 23;
    static constexpr uint64_t kAccesses = 1ull << 20;
    static constexpr uint64_t kPorts = 1ull << 20;
    static constexpr uint64_t kEvents = 1ull << 16;
    static constexpr uint64_t kProbes = 1ull << 16;
    static constexpr uint64_t kStates = 1ull << 14;
    static constexpr uint32_t kSlotBytes = 6;

    const uint32_t lanes_;
    const uint32_t be_words_;
    const uint32_t beat_words_;
    bool wake_pending_ = false;
    bool busy_ = false;
    enum class Reset { kUnknown, kLow, kHigh } reset_ = Reset::kUnknown;
    uint64_t granted_at_[2] = {0, 0};  // edges of the last grants, even and odd, each plus one; 0 for none
    uint64_t last_end_ = 0;
    uint64_t states_ = 0;
    uint64_t ends_at_last_ = 0;

    // Whether a targeted request of the next cycle is to wait, since one is held.
    bool holds(const Request& request) {
        if (shared.hold_cycles == 0) return false;
        if (request.req && targeted(request.add, request.wen)) {
            if (!request.gnt) {
                --shared.hold_cycles;
            } else if (shared.hold_after != 0) {
                --shared.hold_after;
            }
        }
        return shared.hold_after == 0 && shared.hold_cycles != 0;
    }

    void acted() { shared.silence = shared.standstill = 0; }

    void watch(bool waiting) {
        shared.watchdog_budget -= !waiting;
        WatchdogReason reason = kNotFired;
        if (shared.silence >= shared.silence_limit) {
            reason = kSilent;
        } else if (shared.standstill >= shared.standstill_limit) {
            reason = kStandstill;
        } else if (shared.watchdog_budget == 0) {
            reason = kBudget;
        }
        if (reason == kNotFired) return;
        shared.watchdog_fired = reason;
        shared.watchdog_budget = 0;
        wake(kWakeWatchdog);
    }

    void note_end(uint64_t cycle) {
        ++shared.end_count;
        ends_at_last_ = cycle == last_end_ ? ends_at_last_ + 1 : 1;
        last_end_ = cycle;
    }

    void wake(WakeReason reason) {
        shared.wake_reasons |= reason;
        wake_pending_ = true;
    }

    void log_event(uint64_t cycle, uint32_t core, uint32_t line) {
        if (shared.event_count < shared.event_capacity) {
            events[shared.event_count++] = EventRecord{cycle, core, line};
        } else {
            shared.overrun = 1;
        }
    }

    void note_busy(uint64_t cycle, bool busy) {
        shared.busy_cycles += busy;
        if (busy != busy_) {
            acted();
            log_event(cycle, 0, busy ? kBusyRise : kBusyFall);
        }
        busy_ = busy;
    }

    void note_reset(uint64_t cycle, bool rst_n) {
        const Reset now = rst_n ? Reset::kHigh : Reset::kLow;
        if (reset_ != Reset::kUnknown && now != reset_) log_event(cycle, 0, rst_n ? kResetRise : kResetFall);
        reset_ = now;
    }

    // The response belongs to the edge before. The beat of this edge may have been logged already, or not yet.
    void note_response(uint64_t cycle) {
        if (cycle == 0 || granted_at_[(cycle - 1) & 1] != cycle) {
            log_event(cycle, 0, kStrayResponse);
            return;
        }
        for (uint64_t back = 1; back <= 2 && back <= shared.beat_count; ++back) {
            uint32_t* record = &beats[(shared.beat_count - back) * beat_words_];
            BeatHeader header;
            std::memcpy(&header, record, sizeof header);
            if (header.cycle + 1 != cycle) continue;
            header.answered = 1;
            std::memcpy(record, &header, sizeof header);
        }
    }

    static uint64_t offset(uint32_t add, uint64_t first) { return static_cast<uint32_t>(add - first); }

    bool writable(uint32_t add) const {
        for (uint32_t i = 0; i < shared.range_count; ++i) {
            const Range& range = shared.ranges[i];
            if (range.writable && offset(add, range.first) < range.length) return true;
        }
        return false;
    }

    void load(uint32_t add, uint8_t* out) const {
        const uint64_t start = offset(add, shared.base);
        const uint64_t bytes = 4 * lanes_;
        if (start + bytes <= shared.size) {
            std::memcpy(out, &memory[start], bytes);
            return;
        }
        for (uint64_t i = 0; i < bytes; ++i) {
            const uint64_t at = offset(add + i, shared.base);
            out[i] = at < shared.size ? memory[at] : kPoison;
        }
    }

    void store(uint32_t add, const uint32_t* be, const uint8_t* data) {
        for (uint32_t i = 0; i < 4 * lanes_; ++i) {
            const uint64_t at = offset(add + i, shared.base);
            if ((be[i / 32] >> (i % 32) & 1) != 0 && at < shared.size) memory[at] = data[i];
        }
    }

   public:
    Shared shared;
    std::unique_ptr<uint8_t[], decltype(&std::free)> memory;
    std::unique_ptr<uint8_t[], decltype(&std::free)> grants;
    std::unique_ptr<uint64_t[], decltype(&std::free)> banks;
    std::unique_ptr<uint32_t[], decltype(&std::free)> beats;
    std::unique_ptr<AccessRecord[], decltype(&std::free)> accesses;
    std::unique_ptr<PortRecord[], decltype(&std::free)> ports;
    std::unique_ptr<EventRecord[], decltype(&std::free)> events;
    std::unique_ptr<ProbeRecord[], decltype(&std::free)> probes;
    std::unique_ptr<StateRecord[], decltype(&std::free)> states;
    Player player;
    Deputy deputy;
};

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
    *aimed = self.shared.target_count != 0 || self.shared.bank_length != 0;
    *grant_without_req = self.shared.grant_without_req != 0;
    return self.tick(cycle, rst_n, {add, req != 0, gnt != 0, wen != 0}, r_valid, busy, next_grant);
}

void bench_beat(void* handle, uint64_t cycle, svBit gnt, svBit wen, uint32_t add, const svBitVecVal* be,
                const svBitVecVal* data, svBitVecVal* r_data, svBit* r_valid) {
    auto& self = of(handle);
    self.beat(cycle, gnt, wen, add, be, data, r_data);
    *r_valid = gnt && (wen || self.write_response());
}

uint64_t bench_busy_banks(void* handle) { return of(handle).busy_banks(); }

svBit bench_targeted(void* handle, uint32_t add, svBit wen) { return of(handle).targeted(add, wen); }

svBit bench_read_allowed(void* handle, uint32_t add) { return of(handle).read_allowed(add); }

svBit bench_write_allowed(void* handle, uint32_t add, const svBitVecVal* be) {
    return of(handle).write_allowed(add, be);
}

void bench_access(void* handle, uint64_t cycle, uint32_t add, svBit wen, uint32_t be, uint32_t data, uint32_t id,
                  svBit answered, uint32_t r_data) {
    of(handle).access({cycle, add, data, r_data, static_cast<uint8_t>(id), wen, static_cast<uint8_t>(be), answered});
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
    of(handle).probe(cycle, reinterpret_cast<const uint8_t*>(slots));
}

void bench_cover(void* handle, uint64_t events) { of(handle).shared.covered |= events; }

void bench_states(void* handle, uint64_t cycle, uint64_t events) { of(handle).note_states(cycle, events); }

void bench_violation(void* handle, uint64_t cycle, int rule) { of(handle).violation(cycle, rule); }

// ---- Python, called through ctypes ---------------------------------------------------------------

void* bench_py_instance(uint32_t index) {
    return index < bench::instances().size() ? bench::instances()[index].get() : nullptr;
}
uint64_t bench_py_shared_size() { return sizeof(bench::Shared); }
void* bench_py_shared(void* handle) { return &of(handle).shared; }
uint8_t* bench_py_memory(void* handle) { return of(handle).memory.get(); }
uint32_t* bench_py_beats(void* handle) { return of(handle).beats.get(); }
uint32_t bench_py_beat_words(void* handle) { return of(handle).beat_words(); }
void* bench_py_accesses(void* handle) { return of(handle).accesses.get(); }
void* bench_py_ports(void* handle) { return of(handle).ports.get(); }
void* bench_py_events(void* handle) { return of(handle).events.get(); }
void* bench_py_probes(void* handle) { return of(handle).probes.get(); }

void* bench_py_states(void* handle) { return of(handle).states.get(); }
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
