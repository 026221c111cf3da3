// SPDX-License-Identifier: Apache-2.0
// The logs of a bench instance: what happened on the device's ports, record by record.
#pragma once

#include <cstdint>
#include <cstring>

#include "bench.h"
#include "buffers.h"

namespace bench {

class LogWriter {
   public:
    LogWriter(Shared& shared, uint32_t lanes)
        : beats(zeroed<uint32_t>(kBeats * words(lanes))),
          accesses(zeroed<AccessRecord>(kAccesses)),
          ports(zeroed<PortRecord>(kPorts)),
          events(zeroed<EventRecord>(kEvents)),
          probes(zeroed<ProbeRecord>(kProbes)),
          states(zeroed<StateRecord>(kStates)),
          shared_(shared),
          lanes_(lanes),
          be_words_(mask_words(lanes)),
          beat_words_(words(lanes)) {
        shared.beat_capacity = kBeats;
        shared.access_capacity = kAccesses;
        shared.port_capacity = kPorts;
        shared.event_capacity = kEvents;
        shared.probe_capacity = kProbes;
        shared.state_capacity = kStates;
    }

    uint32_t beat_words() const { return beat_words_; }

    void beat(uint64_t cycle, bool gnt, bool read, uint32_t add, const uint32_t* be, const uint32_t* data) {
        if (shared_.beat_count < shared_.beat_capacity) {
            uint32_t* record = &beats[shared_.beat_count++ * beat_words_];
            const auto flags = static_cast<uint16_t>((gnt ? 1 : 0) | (read ? 2 : 0));
            const BeatHeader header{cycle, add, flags, 0};
            std::memcpy(record, &header, sizeof header);
            std::memcpy(record + sizeof header / 4, be, be_words_ * 4);
            std::memcpy(record + sizeof header / 4 + be_words_, data, lanes_ * 4);
        } else {
            shared_.overrun = 1;
        }
        if (gnt) granted_at_[cycle & 1] = cycle + 1;
    }

    // The response belongs to the edge before. The beat of this edge may have been logged already, or not yet.
    void response(uint64_t cycle) {
        if (cycle == 0 || granted_at_[(cycle - 1) & 1] != cycle) {
            event(cycle, 0, kStrayResponse);
            return;
        }
        for (uint64_t back = 1; back <= 2 && back <= shared_.beat_count; ++back) {
            uint32_t* record = &beats[(shared_.beat_count - back) * beat_words_];
            BeatHeader header;
            std::memcpy(&header, record, sizeof header);
            if (header.cycle + 1 != cycle) continue;
            header.answered = 1;
            std::memcpy(record, &header, sizeof header);
        }
    }

    void access(const AccessRecord& record) { append(accesses, shared_.access_count, shared_.access_capacity, record); }

    void port(const PortRecord& record) { append(ports, shared_.port_count, shared_.port_capacity, record); }

    void event(uint64_t cycle, uint32_t core, uint32_t line) {
        append(events, shared_.event_count, shared_.event_capacity, EventRecord{cycle, core, line});
    }

    // `slots` holds kCauseCount numbers of kSlotBytes each, lowest first, little endian.
    void probe(uint64_t cycle, const uint8_t* slots) {
        ProbeRecord record{cycle, {}};
        for (uint32_t i = 0; i < kCauseCount; ++i) std::memcpy(&record.slots[i], slots + i * kSlotBytes, kSlotBytes);
        append(probes, shared_.probe_count, shared_.probe_capacity, record);
    }

    // The device's internal events at an edge, when they have changed; those of a long scenario's end are not kept.
    void state(uint64_t cycle, uint64_t events) {
        states_ = events;
        if (shared_.state_count < shared_.state_capacity) states[shared_.state_count++] = {cycle, events};
    }

    void reset(uint64_t cycle, bool rst_n) {
        const Reset now = rst_n ? Reset::kHigh : Reset::kLow;
        if (reset_ != Reset::kUnknown && now != reset_) event(cycle, 0, rst_n ? kResetRise : kResetFall);
        reset_ = now;
    }

    void forget() {
        shared_.beat_count = shared_.access_count = shared_.event_count = shared_.probe_count = shared_.port_count = 0;
        shared_.state_count = 0;
        state(shared_.cycle, states_);
    }

    Buffer<uint32_t> beats;
    Buffer<AccessRecord> accesses;
    Buffer<PortRecord> ports;
    Buffer<EventRecord> events;
    Buffer<ProbeRecord> probes;
    Buffer<StateRecord> states;

   private:
    static constexpr uint64_t kBeats = 1ull << 23;
    static constexpr uint64_t kAccesses = 1ull << 20;
    static constexpr uint64_t kPorts = 1ull << 20;
    static constexpr uint64_t kEvents = 1ull << 16;
    static constexpr uint64_t kProbes = 1ull << 16;
    static constexpr uint64_t kStates = 1ull << 14;
    static constexpr uint32_t kSlotBytes = 6;

    static uint32_t mask_words(uint32_t lanes) { return (lanes * 4 + 31) / 32; }

    // A beat's header, byte enables and data, filled up to whole words of 64 bits.
    static uint32_t words(uint32_t lanes) {
        const uint32_t used = mask_words(lanes) + lanes;
        return sizeof(BeatHeader) / 4 + used + (used & 1);
    }

    template <typename Record>
    void append(Buffer<Record>& log, uint64_t& count, uint64_t capacity, const Record& record) {
        if (count < capacity) {
            log[count++] = record;
        } else {
            shared_.overrun = 1;
        }
    }

    Shared& shared_;
    const uint32_t lanes_, be_words_, beat_words_;
    enum class Reset { kUnknown, kLow, kHigh } reset_ = Reset::kUnknown;
    uint64_t granted_at_[2] = {0, 0};  // edges of the last grants, even and odd, each plus one; 0 for none
    uint64_t states_ = 0;
};

}  // namespace bench
