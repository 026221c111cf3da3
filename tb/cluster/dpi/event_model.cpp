// SPDX-License-Identifier: Apache-2.0
#include "event_model.h"

namespace cluster {

namespace {

// Offsets in the part of a core, and shared ones.
constexpr uint32_t kMask = EVENT_UNIT_CORE_MASK_OFFSET, kMaskClear = EVENT_UNIT_CORE_MASK_CLEAR_OFFSET,
                   kMaskSet = EVENT_UNIT_CORE_MASK_SET_OFFSET, kBuffer = EVENT_UNIT_CORE_BUFFER_OFFSET,
                   kMasked = EVENT_UNIT_CORE_MASKED_OFFSET, kClear = EVENT_UNIT_CORE_CLEAR_OFFSET,
                   kStatus = EVENT_UNIT_CORE_STATUS_OFFSET, kWait = EVENT_UNIT_CORE_WAIT_OFFSET,
                   kWaitClear = EVENT_UNIT_CORE_WAIT_CLEAR_OFFSET;
constexpr uint32_t kSwEvent = EVENT_UNIT_SW_EVENT_OFFSET, kTeam = EVENT_UNIT_BARRIER_TEAM_OFFSET,
                   kArrived = EVENT_UNIT_BARRIER_ARRIVED_OFFSET, kArrive = EVENT_UNIT_BARRIER_ARRIVE_OFFSET,
                   kBarrierWait = EVENT_UNIT_BARRIER_WAIT_OFFSET;
constexpr uint32_t kCoreBytes = EVENT_UNIT_CORE_STRIDE, kEvents = EVENT_UNIT_CORE_MASK_EVENTS_MASK;
constexpr uint32_t kUnitBytes = 0x400;

// Offset of the register in the event unit, over the bus as through a window.
uint32_t offset_of(const PeriphAccess& access) { return access.add % kUnitBytes & ~3u; }

bool is_shared(uint32_t offset) { return offset >= kSwEvent; }

bool reads(const PeriphAccess& access, uint32_t offset) { return !access.write && offset_of(access) == offset; }

}  // namespace

struct EventModel::Changes {
    std::array<uint32_t, kMaxCores> events{}, cleared{}, masks{};
    uint32_t arriving = 0, team = 0;
};

PeriphAccess PeriphAccess::unpack(uint64_t bits) {
    return {static_cast<uint32_t>(bits >> 45 & 0x3FFF), (bits >> 44 & 1) != 0, static_cast<uint32_t>(bits >> 40 & 0xF),
            static_cast<uint32_t>(bits >> 8), static_cast<uint32_t>(bits & 0xFF)};
}

bool PeriphAccess::operator==(const PeriphAccess& other) const {
    return add == other.add && write == other.write && be == other.be && data == other.data && id == other.id;
}

uint32_t PeriphAccess::mask() const {
    uint32_t bits = 0;
    for (uint32_t byte = 0; byte < 4; ++byte) bits |= (be >> byte & 1) != 0 ? 0xFFu << 8 * byte : 0;
    return bits;
}

void EventModel::start(uint32_t cores) {
    *this = EventModel();
    number_ = cores;
    team_ = everybody();
}

bool EventModel::waits(const PeriphAccess& access) {
    return reads(access, kWait) || reads(access, kWaitClear) || reads(access, kBarrierWait);
}

bool EventModel::ready(uint32_t core, const PeriphAccess& access) const {
    return !waits(access) || reasons(core, access) != 0;
}

uint32_t EventModel::reasons(uint32_t core, const PeriphAccess& access) const {
    const Core& its = cores_[core];
    if (reads(access, kBarrierWait)) return its.at_barrier && its.opened ? kBarrier : 0;
    return its.buffer & its.mask;
}

uint32_t EventModel::read_core(uint32_t core, uint32_t offset, uint32_t asleep) const {
    const Core& its = cores_[core];
    switch (offset) {
        case kMask: return its.mask;
        case kBuffer: return its.buffer;
        case kMasked:
        case kWait:
        case kWaitClear: return its.buffer & its.mask;
        case kStatus: return (asleep >> core & 1) ^ 1;
        default: return 0;
    }
}

uint32_t EventModel::read_shared(uint32_t offset) const {
    return offset == kTeam ? team_ : offset == kArrived ? arrived_ : 0;
}

uint32_t EventModel::read_window(uint32_t core, const PeriphAccess& access, uint32_t asleep) const {
    const uint32_t offset = offset_of(access);
    if (offset == kBarrierWait) return kBarrier;
    return offset < kCoreBytes ? read_core(core, offset, asleep) : read_shared(offset);
}

uint32_t EventModel::read_bus(const PeriphAccess& access, uint32_t asleep) const {
    const uint32_t offset = offset_of(access), core = offset / kCoreBytes;
    return core < number_ ? read_core(core, offset % kCoreBytes, asleep) : read_shared(offset);
}

void EventModel::write_core(uint32_t core, uint32_t offset, const PeriphAccess& access, Changes& changes) const {
    uint32_t& mask = changes.masks[core];
    const uint32_t value = access.enabled_data() & kEvents;
    if (offset == kMask) mask = (mask & ~access.mask()) | value;
    if (offset == kMaskClear) mask &= ~value;
    if (offset == kMaskSet) mask |= value;
    if (offset == kClear) changes.cleared[core] |= value;
}

void EventModel::write_shared(uint32_t offset, const PeriphAccess& access, Changes& changes) const {
    const uint32_t event = (offset - kSwEvent) / EVENT_UNIT_SW_EVENT_STRIDE;
    if (event < EVENT_UNIT_SW_EVENT_COUNT) {
        const uint32_t named = access.enabled_data() & everybody(), called = named == 0 ? everybody() : named;
        for (uint32_t core = 0; core < number_; ++core) changes.events[core] |= (called >> core & 1) << event;
    }
    if (offset == kArrive) changes.arriving |= access.id & everybody();
}

void EventModel::take_bus(const PeriphAccess& access, Changes& changes) const {
    const uint32_t offset = offset_of(access), core = offset / kCoreBytes;
    if (!access.write) return;
    if (core < number_) write_core(core, offset % kCoreBytes, access, changes);
    if (is_shared(offset)) write_shared(offset, access, changes);
    if (offset == kTeam) changes.team = ((team_ & ~access.mask()) | access.enabled_data()) & everybody();
}

void EventModel::take_window(uint32_t core, const PeriphAccess& access, bool granted, Changes& changes) {
    const uint32_t offset = offset_of(access);
    Core& its = cores_[core];
    if (reads(access, kBarrierWait)) {
        // A core arrives with the first cycle of its read; the event of an earlier barrier says nothing of this one.
        if (!its.at_barrier) {
            changes.arriving |= 1u << core;
            its.opened = false;
        }
        if (!its.at_barrier || granted) changes.cleared[core] |= kBarrier;
        its.at_barrier = !granted;
        return;
    }
    if (!granted) return;
    if (reads(access, kWaitClear)) changes.cleared[core] |= its.buffer & its.mask;
    if (!access.write) return;
    if (offset < kCoreBytes) write_core(core, offset, access, changes);
    if (is_shared(offset)) write_shared(offset, access, changes);
}

std::array<uint32_t, EventModel::kMaxCores> EventModel::advance(const Cycle& cycle) {
    Changes changes;
    changes.events = cycle.lines;
    changes.team = team_;
    for (uint32_t core = 0; core < number_; ++core) changes.masks[core] = cores_[core].mask;
    // Where both write one mask, that of the core's own window counts.
    if (cycle.bus != nullptr) take_bus(*cycle.bus, changes);
    for (uint32_t core = 0; core < number_; ++core) {
        const bool requests = (cycle.requests >> core & 1) != 0;
        if (requests) take_window(core, cycle.windows[core], (cycle.grants >> core & 1) != 0, changes);
        if (!requests) cores_[core].at_barrier = false;
    }
    arrived_ |= changes.arriving;
    if (team_ != 0 && (team_ & ~arrived_) == 0) {
        for (uint32_t core = 0; core < number_; ++core) {
            if ((team_ >> core & 1) == 0) continue;
            changes.events[core] |= kBarrier;
            cores_[core].opened = true;
        }
        arrived_ &= ~team_;
    }
    team_ = changes.team;
    for (uint32_t core = 0; core < number_; ++core) {
        cores_[core].mask = changes.masks[core];
        cores_[core].buffer = (cores_[core].buffer & ~changes.cleared[core]) | changes.events[core];
    }
    return changes.events;
}

}  // namespace cluster
