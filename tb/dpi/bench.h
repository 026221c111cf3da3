// SPDX-License-Identifier: Apache-2.0
// State of one bench instance, shared between SystemVerilog (DPI) and Python (ctypes).
//
// Python maps `Shared` and the buffers in place, so nothing here may move or be resized once a
// bench exists. The layout is mirrored by tb/dpi/bindings.py, which checks sizes at start-up.
#pragma once

#include <cstdint>

namespace bench {

constexpr uint32_t kLayoutVersion = 9;
constexpr uint32_t kRuleCount = 64;
constexpr uint32_t kRangeCount = 64;
constexpr uint32_t kCauseCount = 16;
constexpr uint32_t kCoverEvents = 64;
constexpr uint32_t kBankCount = 64;
constexpr uint32_t kPlayCapacity = 1 << 12;
constexpr uint32_t kWords = 64;       // of the register file
constexpr uint32_t kJudgedJobs = 16;  // of a scenario that the deputy takes
constexpr uint32_t kTaskFields = 18;

// Why Python is woken; a bit mask, see Shared::wake_reasons.
enum WakeReason : uint32_t { kWakeEvent = 1, kWakeWatchdog = 2, kWakeAlarm = 4, kWakePlayer = 8 };

// Behaviour of a write's r_valid (contract A4.5: "may come or not").
enum WriteResponse : uint32_t { kNever = 0, kAlways = 1, kRandom = 2 };

// Why the watchdog fired.
enum WatchdogReason : uint32_t { kNotFired = 0, kBudget = 1, kSilent = 2, kStandstill = 3 };

struct Range {
    uint64_t first;   // lowest byte address
    uint64_t length;  // bytes; the range may wrap at 2**32
    uint32_t writable;
    uint32_t padding;
};

struct Violation {
    uint64_t count;
    uint64_t first_cycle;
};

struct Shared {
    uint32_t version;
    uint32_t lanes;  // 32-bit lanes of the wide port
    uint64_t cycle;  // index of the last rising edge

    // Memory window: `size` bytes from `base`; accesses outside answer poison.
    uint64_t base;
    uint64_t size;
    uint64_t capacity;

    // Grant pattern, one byte a cycle, played cyclically.
    uint32_t grant_length;
    uint32_t grant_position;
    uint32_t grant_without_req;
    uint32_t write_response;
    uint32_t random_state;

    // Watchdog: counts down in every cycle in which no request waits; 0 is off. While it is on, it fires as well
    // after so many cycles in a row in which the device was silent (no request, event or change of busy_o, and no access
    // of the register port), or stood still: as silent, but for requests that are granted; waiting is no standstill.
    uint32_t watchdog_fired;  // WatchdogReason
    uint64_t watchdog_budget;
    uint64_t silence, silence_limit;
    uint64_t standstill, standstill_limit;

    // Alarm: wakes Python at a given cycle; 0 is off.
    uint64_t alarm_cycle;

    // Ends of jobs to wait for; 0: each end wakes Python. Otherwise the last one does, or sets the alarm that
    // many cycles ahead, so that what follows it is seen without a wake-up of its own.
    uint64_t awaited_ends;
    uint64_t awaited_delay;
    uint32_t wake_reasons;

    // Logs: records used, and whether one did not fit.
    uint32_t overrun;
    uint64_t beat_count, beat_capacity;
    uint64_t access_count, access_capacity;
    uint64_t port_count, port_capacity;
    uint64_t event_count, event_capacity;
    uint64_t probe_count, probe_capacity;
    uint64_t state_count, state_capacity;
    uint64_t end_count;  // ends of jobs among the events

    uint64_t busy_cycles;
    uint64_t waiting_cycles;
    uint64_t covered;  // internal events of the device that were seen since the logs were cleared, a bit each

    // Busy banks, a mask a cycle, played cyclically; none for a length of 0. Banks are a word wide and interleaved:
    // bank of a word is its number mod kBankCount.
    uint32_t bank_length;
    uint32_t bank_position;

    // A held access: so many targeted requests are granted at once, then one waits for so many cycles; 0 for none.
    // Patterns cannot say that, since nobody knows in which cycle a request comes.
    uint32_t hold_after;
    uint32_t hold_cycles;

    uint32_t range_count;
    uint32_t range_padding;
    Range ranges[kRangeCount];

    // Targets of stalls: without any, a cycle without a grant is one for every request; with some, only for
    // reads (or writes, if `writable`) that start in one of them. A held access is one of them too.
    uint32_t target_count;
    uint32_t target_padding;
    Range targets[kRangeCount];

    Violation violations[kRuleCount];
};

// What a scenario asks of the bench before its first cycle, handed over in one piece: followed by its ranges and
// targets (Range), busy banks (uint64_t) and grants (uint8_t), as many as it says.
struct Setting {
    uint64_t base, size;                               // memory window
    uint64_t budget, silence_limit, standstill_limit;  // of the watchdog; a budget of 0 leaves it off
    uint32_t grant_without_req, write_response, random_state;
    uint32_t hold_after, hold_cycles;  // a held access, as in Shared
    uint32_t range_count, target_count, bank_length, grant_length, padding;
};

// One cycle with the request of the wide port high. Followed by be[] and data[], see beat_words().
struct BeatHeader {
    uint64_t cycle;
    uint32_t add;
    uint16_t flags;     // bit 0 granted, bit 1 read
    uint16_t answered;  // whether r_valid was high in the next cycle; of granted beats alone
};

// One cycle of the register port with a request or a response. Accesses are logged once more, with their answers, as
// AccessRecord: this is for rules that look at what waits.
struct PortRecord {
    uint64_t cycle;
    uint32_t add;
    uint32_t data;
    uint8_t id;
    uint8_t wen;
    uint8_t be;
    uint8_t flags;  // PortFlag
    uint8_t r_id;
    uint8_t padding[3];
};

enum PortFlag : uint8_t { kPortRequest = 1, kPortGrant = 2, kPortResponse = 4 };

struct AccessRecord {  // one answered access of the register port
    uint64_t cycle;    // edge of the grant
    uint32_t add;
    uint32_t data;
    uint32_t r_data;
    uint8_t id;
    uint8_t wen;
    uint8_t be;
    uint8_t answered;
};

enum EventLine : uint32_t {
    kJobEnd = 0,
    kReserved = 1,
    kBusyRise = 2,
    kBusyFall = 3,
    kStrayResponse = 4,  // r_valid of the wide port, one cycle after an edge without a grant
    kResetFall = 5,      // the first edge with rst_n low
    kResetRise = 6       // the first edge with rst_n high again
};

// Internal events of the device that an edge saw, a bit each, where they differ from those before.
struct StateRecord {
    uint64_t cycle;
    uint64_t events;
};

struct EventRecord {
    uint64_t cycle;  // edge that saw the event line high, or the change
    uint32_t core;
    uint32_t line;  // EventLine
};

struct ProbeRecord {  // a job as the device's probe attributes its time
    uint64_t cycle;   // edge that saw the probe's count of jobs change
    uint64_t slots[kCauseCount];
};

// An access that the player of the register port (player.h) makes.
struct PlayedAccess {
    uint32_t idle;        // cycles with the request low before it
    uint32_t after_ends;  // ends of jobs that it waits for (Shared::end_count), before the idle cycles
    uint32_t add;
    uint32_t data;
    uint32_t r_data;  // the answer
    uint32_t waited;  // cycles the request waited for its grant
    uint8_t id;
    uint8_t wen;
    uint8_t be;
    uint8_t padding;
};

// Why a list ended early.
enum PlayError : uint32_t { kPlayed = 0, kNoGrant = 1, kNoResponse = 2 };

// Progress of the player through its list.
struct PlayState {
    uint32_t length;   // accesses of the list; 0: nothing to play
    uint32_t timeout;  // cycles a request may wait
    uint32_t wake_when_done;
    uint32_t granted;   // accesses that were granted
    uint32_t answered;  // accesses whose response came; an access without is the one after these
    uint32_t error;     // PlayError
    uint32_t data;      // write data of the last write that was handed over: reads leave the lines as they are
};

// What the deputy (deputy.h) knows of each word of the register file.
enum RegisterKind : uint32_t {
    kNothing = 0,  // no register: reads 0
    kJobRegister = 1,
    kAcquire = 2,
    kFinished = 3,
    kStatus = 4,
    kRunningJob = 5,
    kTrigger = 6,
    kSoftClear = 7,
    kUnknown = 8  // left to Python
};

struct RegisterWords {
    uint32_t kinds[kWords];     // RegisterKind
    uint32_t writable[kWords];  // bits that a job register keeps
};

struct QueuedJob {
    uint64_t triggered;  // edge of the trigger's grant
    uint32_t id;
    uint32_t core_id;
    uint32_t context;
    uint32_t padding;
};

// State of the register file, where the contract leaves one alone.
struct RegisterState {
    uint64_t turn_since;
    QueuedJob queue[4];
    uint32_t queued;
    uint32_t holder;  // access id; 0 for nobody
    uint32_t held_id;
    uint32_t next_id;
    uint32_t next_context;
    uint32_t finished;
    uint32_t shown_before;
    uint32_t was_read;       // a bit for each kind that was read
    uint32_t last_reads[8];  // by kind
    uint32_t values[kWords];
};

// What the deputy knows of the device.
struct JudgedDevice {
    RegisterWords words;
    uint32_t h, l, columns;  // of a tile; rows are l
    uint32_t causes;         // of the probe; 0 without one
    uint32_t cause_places[4];  // WORKING, PAD_M, PAD_N, PAD_K among them; kCauseCount for none
    uint32_t control;          // place of CONTROL where the schedule says the slots of each cause; kCauseCount else
    uint32_t contexts;         // jobs queued or running
};

struct JudgedJob {
    uint64_t first[3];   // bytes of X, W and Z
    uint64_t length[3];
    uint32_t m, n, k;
    uint32_t core;
    uint32_t reads_y;
    uint32_t paired;           // in fault-tolerant mode
    int64_t task[kTaskFields];  // the job as models/schedule.cpp takes it; not read without a schedule
};

struct Measured {
    uint64_t trigger, event, start;   // edges, as Span of tb/scoreboard/finding.py
    uint64_t waiting, reads, writes;  // cycles of the wide port
    uint64_t slots[kCauseCount];
};

// An access with the state it met, for coverage.
struct AccessTrace {
    uint8_t offset;
    uint8_t wen;
    uint8_t be;
    uint8_t id;
    uint8_t queued;
    uint8_t holder;  // 0 for nobody
    uint8_t padding[2];
};

}  // namespace bench
