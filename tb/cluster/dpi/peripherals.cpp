// SPDX-License-Identifier: Apache-2.0
#include "peripherals.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace cluster {

namespace {

// The targets and what their ranges are (contract C3.1).
struct Range {
    const char* name;
    uint32_t first, last;
};
constexpr Range range(const char* name, uint32_t address, uint32_t bytes) {
    return {name, address - PERIPHERALS_ADDRESS, address - PERIPHERALS_ADDRESS + bytes - 1};
}
constexpr std::array<Range, Peripherals::kTargets> kRanges = {{range("the control unit", CONTROL_UNIT_ADDRESS, 0x400),
                                                               range("the timer", TIMER_ADDRESS, 0x400),
                                                               range("the event unit", EVENT_UNIT_ADDRESS, 0x400),
                                                               range("the accelerator", REDMULE_ADDRESS, 0x800),
                                                               range("the DMA", DMA_ADDRESS, 0x800)}};
constexpr int kNobody = -1, kEventUnit = 2;

bool bit(uint32_t bits, uint32_t number) { return (bits >> number & 1) != 0; }

bool several(uint32_t bits) { return (bits & (bits - 1)) != 0; }

void set(uint32_t& bits, uint32_t number, bool value) {
    bits = (bits & ~(1u << number)) | static_cast<uint32_t>(value) << number;
}

uint32_t lowest(uint32_t bits) {
    uint32_t number = 0;
    while (!bit(bits, number)) ++number;
    return number;
}

int target_of(uint32_t add) {
    for (size_t target = 0; target < kRanges.size(); ++target) {
        if (add >= kRanges[target].first && add <= kRanges[target].last) return static_cast<int>(target);
    }
    return kNobody;
}

uint32_t one_hot(int target) { return target == kNobody ? 0 : 1u << target; }

std::string name_of(uint32_t targets) {
    std::string names;
    for (uint32_t target = 0; target < kRanges.size(); ++target) {
        if (bit(targets, target)) names += (names.empty() ? "" : " and ") + std::string(kRanges[target].name);
    }
    return names.empty() ? "no target" : names;
}

std::string hex(uint32_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", value);
    return text;
}

std::string said(const PeriphAccess& access) {
    const std::string what = access.write ? "write of " + hex(access.data) + " to " : "read of ";
    return what + hex(access.add) + " with byte enables " + hex(access.be) + " and id " + hex(access.id);
}

}  // namespace

Peripherals& peripherals() {
    static Peripherals instance;
    return instance;
}

void Peripherals::start(uint32_t cores, Report report) {
    *this = Peripherals();
    cores_ = cores;
    report_ = std::move(report);
    model_.start(cores);
}

std::string Peripherals::master(uint32_t number) const {
    return number < cores_ ? "core " + std::to_string(number) : "the host";
}

void Peripherals::answer(uint32_t data, const uint32_t* targets) {
    now_.data = data;
    std::copy(targets, targets + kTargets, now_.target_data.begin());
}

void Peripherals::sources(uint32_t dma, uint32_t timer, uint32_t accelerator) {
    for (uint32_t core = 0; core < cores_; ++core) {
        now_.events.lines[core] = (dma >> 2 * core & 3) << EVENT_UNIT_CORE_BUFFER_DMA_LSB |
                                  (timer & 3) << EVENT_UNIT_CORE_BUFFER_TIMER0_LSB |
                                  (accelerator >> 2 * core & 3) << EVENT_UNIT_CORE_BUFFER_ACCELERATOR_LSB;
    }
}

void Peripherals::cycle(const Wires& wires) {
    check_bus_answer(wires);
    check_bus_kept(wires);
    check_bus_grant(wires);
    check_bus_wait(wires);
    for (uint32_t core = 0; core < cores_; ++core) check_window(core, wires);

    now_.events.requests = wires.own_req;
    now_.events.grants = wires.own_gnt;
    now_.events.bus = bit(wires.target_req & wires.target_gnt, kEventUnit) ? &now_.target : nullptr;
    const auto came = model_.advance(now_.events);
    for (uint32_t core = 0; core < cores_; ++core) events_[core] |= came[core];
    now_.events.lines.fill(0);
    last_ = wires;
    asked_ = now_.bus;
    offered_ = now_.target;
}

// ---- the bus

void Peripherals::check_bus_answer(const Wires& wires) {
    const uint32_t wrong = wires.rvalid ^ last_.gnt;
    for (uint32_t m = 0; m <= cores_; ++m) {
        if (!bit(wrong, m)) continue;
        violated("bus_answer", master(m) + (bit(wires.rvalid, m) ? " has an answer to nothing" : " has no answer"));
    }
    if (wires.rvalid == 0 || wrong != 0 || due_.write) return;
    const uint32_t given = due_.target == kNobody ? kNoTarget : now_.target_data[static_cast<size_t>(due_.target)];
    const bool passed_on = now_.data == given, held = due_.target != kEventUnit || now_.data == due_.value;
    if (passed_on && held) return;
    const std::string reader = master(lowest(wires.rvalid)) + " read " + hex(now_.data);
    if (!passed_on) {
        violated("bus_read", reader + ", " + name_of(one_hot(due_.target)) + " gives " + hex(given));
    } else {
        violated("event_read", reader + " over the bus, the event unit holds " + hex(due_.value));
    }
}

void Peripherals::check_bus_kept(const Wires& wires) {
    const uint32_t waited = last_.req & ~last_.gnt;
    for (uint32_t m = 0; waited != 0 && m <= cores_; ++m) {
        if (!bit(waited, m)) continue;
        if (!bit(wires.req, m)) {
            violated("bus_request_kept", master(m) + " took a request back before its grant: " + said(asked_[m]));
        } else if (!(now_.bus[m] == asked_[m])) {
            violated("bus_request_kept", master(m) + " changed a request before its grant: " + said(asked_[m]));
        }
    }
    // An access that a target has not granted is offered to it again.
    const uint32_t withheld = last_.target_req & ~last_.target_gnt;
    if (withheld == 0 || last_.gnt != 0) return;
    if (wires.target_req != last_.target_req || !(now_.target == offered_)) {
        violated("bus_request_kept", name_of(withheld) + " has lost an access before its grant: " + said(offered_));
    }
}

void Peripherals::check_bus_grant(const Wires& wires) {
    for (uint32_t m = 0; m <= cores_; ++m) {
        if (bit(wires.gnt & ~wires.req, m)) violated("bus_grant", master(m) + " was granted without a request");
    }
    if (several(wires.gnt)) violated("bus_grant", "several masters were granted in one cycle");
    const uint32_t granted = wires.gnt & wires.req;
    if (several(wires.target_req)) {
        violated("bus_route", "an access reached " + name_of(wires.target_req));
    } else if (granted == 0) {
        check_offer(wires);
    } else if (!several(granted)) {
        check_route(wires, lowest(granted));
    }
    if (granted == 0) return;
    const PeriphAccess& access = now_.bus[lowest(granted)];
    due_ = {access.write, target_of(access.add), model_.read_bus(access, wires.asleep)};
}

// A granted access reaches the target of its address as it is, or nobody.
void Peripherals::check_route(const Wires& wires, uint32_t owner) {
    const PeriphAccess& access = now_.bus[owner];
    const uint32_t expected = one_hot(target_of(access.add));
    const auto what = [&] { return "the " + said(access) + " of " + master(owner); };
    if (wires.target_req != expected) {
        violated("bus_route", what() + " reached " + name_of(wires.target_req) + " instead of " + name_of(expected));
    } else if ((wires.target_gnt & expected) != expected) {
        violated("bus_grant", master(owner) + " was granted, but not by " + name_of(expected));
    } else if (access.id != id(owner)) {
        violated("bus_route", what() + " does not have the id of its master");
    } else if (expected != 0 && !(now_.target == access)) {
        violated("bus_route", what() + " reached " + name_of(expected) + " as " + said(now_.target));
    }
}

// An offer without a grant is an access that somebody requests, and the target does not take it.
void Peripherals::check_offer(const Wires& wires) {
    if (wires.target_req == 0) return;
    if ((wires.target_req & wires.target_gnt) != 0) {
        const std::string taker = name_of(wires.target_req);
        violated("bus_route", taker + " took an access that nobody was granted: " + said(now_.target));
        return;
    }
    bool requested = false;
    for (uint32_t m = 0; m <= cores_; ++m) requested = requested || (bit(wires.req, m) && now_.bus[m] == now_.target);
    if (requested && one_hot(target_of(now_.target.add)) == wires.target_req) return;
    violated("bus_route", name_of(wires.target_req) + " is offered what nobody requests: " + said(now_.target));
}

// The bus is busy as long as somebody wants it, and serves masters round robin: while one waits, no other has it twice.
void Peripherals::check_bus_wait(const Wires& wires) {
    const bool withheld = (wires.target_req & ~wires.target_gnt) != 0;
    const bool idle = wires.req != 0 && wires.gnt == 0 && !withheld;
    if (idle && !idle_said_) {
        const std::string who = master(lowest(wires.req));
        violated("bus_wait", "nobody is granted, though " + who + " asks and no target withholds its grant");
    }
    idle_said_ = idle;
    for (uint32_t m = 0; m <= cores_; ++m) {
        if (!bit(wires.req, m) || bit(wires.gnt, m)) {
            passed_by_[m] = 0;
        } else if ((passed_by_[m] & wires.gnt) != 0) {
            violated("bus_wait", master(lowest(wires.gnt)) + " was granted twice while " + master(m) + " waits");
            passed_by_[m] = 0;
        } else {
            passed_by_[m] |= wires.gnt;
        }
    }
}

// ---- private windows and sleep

void Peripherals::check_window(uint32_t core, const Wires& wires) {
    const bool req = bit(wires.own_req, core), gnt = bit(wires.own_gnt, core), answered = bit(wires.own_rvalid, core);
    const PeriphAccess& access = now_.events.windows[core];
    Window& window = windows_[core];
    check_window_answer(core, answered);
    if (window.waiting && (!req || !(access == window.access))) {
        const char* how = req ? " changed" : " took back";
        violated("window_request_kept", master(core) + how + " a request to its window before its grant");
    }
    if (!window.waiting || !req) window = Window();
    if (gnt && !req) violated("window_grant", master(core) + " was granted in its window without a request");
    if (req && EventModel::waits(access)) {
        check_wake(core, gnt);
    } else if (req && !gnt && !window.waiting) {
        violated("window_grant", master(core) + " has to wait for a register of the event unit");
    }
    check_sleep(core, wires);
    if (req && gnt) {
        if (bit(wires.asleep, core)) woken_[core] |= model_.reasons(core, access);
        own_due_[core] = {access.write, kNobody, model_.read_window(core, access, wires.asleep)};
    }
    window.waiting = req && !gnt;
    window.access = access;
}

void Peripherals::check_window_answer(uint32_t core, bool answered) {
    const Due& due = own_due_[core];
    const uint32_t data = now_.own_data[core];
    if (answered != bit(last_.own_gnt & last_.own_req, core)) {
        const char* what = answered ? " has an answer to nothing" : " has no answer";
        violated("window_answer", master(core) + what + " in its window");
    } else if (answered && !due.write && data != due.value) {
        const std::string reader = master(core) + " read " + hex(data);
        violated("event_read", reader + " in its window, the event unit holds " + hex(due.value));
    }
}

// A read on which a core sleeps is granted in the first cycle in which its event is there, and in no other.
void Peripherals::check_wake(uint32_t core, bool granted) {
    const bool ready = model_.reasons(core, now_.events.windows[core]) != 0;
    Window& window = windows_[core];
    if (granted == ready || window.late) return;
    window.late = ready;  // said once for each read
    const char* how = ready ? " is not woken, though its event is there" : " is woken, though none of its events is there";
    violated("wake", master(core) + how + ": buffer " + hex(model_.buffer(core)) + ", mask " + hex(model_.mask(core)));
}

// The clock of a core is off exactly while its read waits; the core sleeps soon after that has begun, and not any more
// when it is answered. What stays wrong is said once.
void Peripherals::check_sleep(uint32_t core, const Wires& wires) {
    const bool req = bit(wires.own_req, core), waits = req && !bit(wires.own_gnt, core);
    const bool on = bit(wires.clock_en, core), asleep = bit(wires.asleep, core);
    Window& window = windows_[core];
    if (on == waits && !bit(wrong_clock_, core)) {
        const char* how = on ? " is on while it waits" : " is off, though it waits for nothing";
        violated("clock", "the clock of " + master(core) + how);
    }
    set(wrong_clock_, core, on == waits);
    window.cycles = waits ? window.cycles + 1 : 0;
    if (waits && !asleep && window.cycles == kFallingAsleep + 1) {
        const std::string cycles = std::to_string(kFallingAsleep);
        violated("sleep", master(core) + " does not sleep after " + cycles + " cycles of waiting");
    }
    const bool without = asleep && !(req && EventModel::waits(now_.events.windows[core]));
    if (without && !bit(wrong_sleep_, core)) violated("sleep", master(core) + " sleeps, though it waits for no event");
    set(wrong_sleep_, core, without);
}

}  // namespace cluster

extern "C" {

void cluster_bus_request(unsigned master, unsigned long long access) { cluster::peripherals().request(master, access); }

void cluster_bus_target(unsigned long long access) { cluster::peripherals().target(access); }

void cluster_bus_answer(unsigned data, const uint32_t* targets) { cluster::peripherals().answer(data, targets); }

void cluster_window_request(unsigned core, unsigned long long access) { cluster::peripherals().window(core, access); }

void cluster_window_answer(unsigned core, unsigned data) { cluster::peripherals().window_answer(core, data); }

void cluster_event_sources(unsigned dma, unsigned timer, unsigned accelerator) {
    cluster::peripherals().sources(dma, timer, accelerator);
}

void cluster_peripherals(unsigned req, unsigned gnt, unsigned rvalid, unsigned target_req, unsigned target_gnt,
                         unsigned own_req, unsigned own_gnt, unsigned own_rvalid, unsigned clock_en, unsigned asleep) {
    cluster::peripherals().cycle(
        {req, gnt, rvalid, target_req, target_gnt, own_req, own_gnt, own_rvalid, clock_en, asleep});
}
}
