// SPDX-License-Identifier: Apache-2.0
// Findings of the rules of peripheral bus and event unit on cycles that break one rule each, and of those that
// break none.
//
// usage: faults <case>. Writes the rules that fired to the standard output, one a line, and what they say to the
// standard error; without a case, the names of all.
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "peripherals.h"

namespace {

constexpr uint32_t kCores = 2, kHost = kCores;
constexpr uint32_t kControl = 0x0000, kEvent = 0x0800, kAccelerator = 0x1000, kNowhere = 0x0C00;
constexpr uint32_t kToControl = 1 << 0, kToEvent = 1 << 2, kToAccelerator = 1 << 3, kToDma = 1 << 4;
constexpr uint32_t kMask = 0x00, kBuffer = 0x0C, kStatus = 0x18, kWait = 0x1C, kWaitClear = 0x20, kSwEvent = 0x200;
constexpr uint32_t kTeam = 0x220, kArrive = 0x228, kBarrierWait = 0x22C;
constexpr uint32_t kTimer0 = 1u << 10, kDmaDone = 1u << 8, kBarrier = 1u << 16;

uint64_t packed(uint32_t add, bool write, uint32_t data, uint32_t id, uint32_t be = 0xF) {
    return static_cast<uint64_t>(add) << 45 | static_cast<uint64_t>(write) << 44 | static_cast<uint64_t>(be) << 40 |
           static_cast<uint64_t>(data) << 8 | id;
}

// Drives the rules a cycle at a time. A cycle is described by changing `wires`, and ends with `cycle`.
class Bench {
   public:
    cluster::Peripherals::Wires wires;

    Bench() {
        rules_.start(kCores, [this](const char* rule, const std::string& detail) {
            fired_.insert(rule);
            std::fprintf(stderr, "%s: %s\n", rule, detail.c_str());
        });
        wires.target_gnt = 0x1F;
    }

    cluster::Peripherals& rules() { return rules_; }
    const std::set<std::string>& fired() const { return fired_; }

    void cycle(uint32_t asleep = 0) {
        wires.asleep = asleep;
        wires.clock_en = (clock_forced_ ? clock_ : ~(wires.own_req & ~wires.own_gnt)) & ((1u << kCores) - 1);
        rules_.cycle(wires);
        const uint32_t owners = wires.gnt, own = wires.own_gnt;
        wires = {};
        wires.target_gnt = 0x1F;
        wires.rvalid = owners;
        wires.own_rvalid = own;
    }

    void clock(uint32_t on) {
        clock_forced_ = true;
        clock_ = on;
    }

    // A master requests; the bus shows it to a target, unless that is told later.
    void ask(uint32_t master, uint64_t access) {
        wires.req |= 1u << master;
        rules_.request(master, access);
    }
    void show(uint32_t target, uint64_t access) {
        wires.target_req = target;
        rules_.target(access);
    }
    void grant(uint32_t master, uint64_t access, uint32_t target) {
        ask(master, access);
        if (target != 0) show(target, access);
        wires.gnt |= 1u << master;
    }
    // The answer that is due in this cycle: what the bus returns, and the target that has it.
    void answer(uint32_t data, int target, uint32_t given) {
        std::array<uint32_t, cluster::Peripherals::kTargets> values{};
        if (target >= 0) values[static_cast<size_t>(target)] = given;
        rules_.answer(data, values.data());
    }
    void bus_read(uint32_t add, uint32_t target, int number, uint32_t value) {
        grant(0, packed(add, false, 0, 1), target);
        cycle();
        answer(value, number, value);
        cycle();
    }

    // Through a private window, granted at once.
    void write(uint32_t core, uint32_t add, uint32_t data) {
        own(core, packed(add, true, data, 1u << core), true);
        cycle();
        cycle();
    }
    void read(uint32_t core, uint32_t add, uint32_t value) {
        own(core, packed(add, false, 0, 1u << core), true);
        cycle();
        rules_.window_answer(core, value);
        cycle();
    }
    void own(uint32_t core, uint64_t access, bool granted) {
        wires.own_req |= 1u << core;
        wires.own_gnt |= static_cast<uint32_t>(granted) << core;
        rules_.window(core, access);
    }
    void wait(uint32_t core, uint32_t add, bool granted = false) { own(core, packed(add, false, 0, 1u << core), granted); }
    // Core 0 waits for some cycles, asleep from the third on.
    void sleep(uint32_t add, uint32_t cycles) {
        for (uint32_t i = 0; i < cycles; ++i) {
            wait(0, add);
            cycle(i >= 2);
        }
    }
    // Core 0 goes on with a value, in this cycle.
    void wake(uint32_t add, uint32_t value) {
        wait(0, add, true);
        cycle(1);
        rules_.window_answer(0, value);
        cycle();
    }
    // An event from outside in a cycle in which core 0 waits.
    void event_while_waiting(uint32_t add, uint32_t dma, uint32_t timer) {
        wait(0, add);
        rules_.sources(dma, timer, 0);
        cycle(1);
    }

   private:
    cluster::Peripherals rules_;
    std::set<std::string> fired_;
    bool clock_forced_ = false;
    uint32_t clock_ = 0;
};

// Accesses of the bus and through the windows as they should be, a sleep that an event ends, and a barrier.
void as_it_should_be(Bench& bench) {
    bench.bus_read(kControl, kToControl, 0, 0x1234);
    bench.bus_read(kNowhere, 0, -1, cluster::Peripherals::kNoTarget);
    bench.bus_read(kEvent + kTeam, kToEvent, 2, 3);
    // The accelerator lets the host wait; a core comes behind it, and is not passed by twice.
    const uint64_t host = packed(kAccelerator, true, 7, 0), core = packed(kAccelerator + 4, false, 0, 2);
    for (int i = 0; i < 3; ++i) {
        bench.ask(kHost, host);
        bench.ask(1, core);
        bench.show(kToAccelerator, host);
        bench.wires.target_gnt = 0;
        bench.cycle();
    }
    bench.ask(1, core);
    bench.grant(kHost, host, kToAccelerator);
    bench.cycle();
    bench.grant(1, core, kToAccelerator);
    bench.cycle();
    bench.answer(9, 3, 9);
    bench.cycle();
    // A masked event comes first, then the one that is waited for.
    bench.write(0, kMask, kTimer0);
    bench.sleep(kWaitClear, 12);
    bench.event_while_waiting(kWaitClear, 1, 0);
    bench.event_while_waiting(kWaitClear, 0, 1);
    bench.wake(kWaitClear, kTimer0);
    bench.read(0, kBuffer, kDmaDone);
    bench.read(0, kStatus, 1);
    // A software event for all; the core that sent it finds it there and does not sleep.
    bench.write(0, kMask, 1 << 3);
    bench.write(1, kSwEvent + 12, 0);
    bench.wait(0, kWait, true);
    bench.cycle();
    bench.rules().window_answer(0, 1 << 3);
    bench.cycle();
    // Core 0 at the barrier, core 1 arrives by a write.
    bench.sleep(kBarrierWait, 5);
    bench.wait(0, kBarrierWait);
    bench.own(1, packed(kArrive, true, 0, 2), true);
    bench.cycle(1);
    bench.wake(kBarrierWait, kBarrier);
    bench.read(1, kBuffer, kBarrier | kTimer0 | 1 << 3);
}

const std::map<std::string, std::function<void(Bench&)>> kCases = {
    {"none", as_it_should_be},
    // ---- the bus
    {"bus_answer",
     [](Bench& bench) {
         bench.grant(0, packed(kControl, false, 0, 1), kToControl);
         bench.cycle();
         bench.wires.rvalid = 1 << 1;  // another master
         bench.cycle();
     }},
    {"bus_answer_missing",
     [](Bench& bench) {
         bench.grant(kHost, packed(kControl, false, 0, 0), kToControl);
         bench.cycle();
         bench.wires.rvalid = 0;
         bench.cycle();
     }},
    {"bus_request_kept",
     [](Bench& bench) {
         const uint64_t first = packed(kControl, true, 1, 1);
         bench.ask(1, packed(kControl, true, 5, 2));
         bench.grant(0, first, kToControl);
         bench.cycle();
         bench.grant(1, packed(kControl, true, 6, 2), kToControl);
         bench.cycle();
     }},
    {"bus_request_kept_withdrawn",
     [](Bench& bench) {
         bench.ask(1, packed(kControl, true, 5, 2));
         bench.grant(0, packed(kControl, true, 1, 1), kToControl);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_request_kept_exchanged",
     [](Bench& bench) {
         const uint64_t first = packed(kAccelerator, true, 1, 1), second = packed(kAccelerator, true, 2, 2);
         bench.ask(0, first);
         bench.ask(1, second);
         bench.show(kToAccelerator, first);
         bench.wires.target_gnt = 0;
         bench.cycle();
         bench.ask(0, first);
         bench.grant(1, second, kToAccelerator);
         bench.cycle();
     }},
    {"bus_grant",
     [](Bench& bench) {
         bench.wires.gnt = 1 << kHost;
         bench.cycle();
     }},
    {"bus_grant_two",
     [](Bench& bench) {
         bench.grant(1, packed(kControl, true, 1, 2), kToControl);
         bench.grant(0, packed(kControl, true, 1, 1), kToControl);
         bench.cycle();
     }},
    {"bus_grant_early",
     [](Bench& bench) {
         bench.grant(0, packed(kAccelerator, true, 1, 1), kToAccelerator);
         bench.wires.target_gnt = kToControl;
         bench.cycle();
         bench.cycle();
     }},
    {"bus_wait",
     [](Bench& bench) {
         const uint64_t first = packed(kControl, true, 1, 1);
         for (int i = 0; i < 2; ++i) {
             bench.ask(1, packed(kControl, true, 5, 2));
             bench.grant(0, first, kToControl);
             bench.cycle();
         }
         bench.grant(1, packed(kControl, true, 5, 2), kToControl);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_wait_idle",
     [](Bench& bench) {
         const uint64_t access = packed(kControl, true, 1, 1);
         bench.ask(0, access);
         bench.cycle();
         bench.grant(0, access, kToControl);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route",
     [](Bench& bench) {
         bench.grant(0, packed(kAccelerator, true, 1, 1), kToDma);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_id",
     [](Bench& bench) {
         bench.grant(1, packed(kAccelerator, true, 1, 2), kToAccelerator);
         bench.show(kToAccelerator, packed(kAccelerator, true, 1, 1));
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_master_id",
     [](Bench& bench) {
         bench.grant(1, packed(kAccelerator, true, 1, 1), kToAccelerator);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_data",
     [](Bench& bench) {
         bench.grant(1, packed(kControl, true, 1, 2), kToControl);
         bench.show(kToControl, packed(kControl, true, 3, 2));
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_enables",
     [](Bench& bench) {
         bench.grant(1, packed(kControl, true, 1, 2, 1), kToControl);
         bench.show(kToControl, packed(kControl, true, 1, 2));
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_nowhere",
     [](Bench& bench) {
         bench.grant(0, packed(kNowhere, true, 1, 1), kToEvent);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_both",
     [](Bench& bench) {
         bench.grant(0, packed(kControl, true, 1, 1), kToControl | kToDma);
         bench.cycle();
         bench.cycle();
     }},
    {"bus_route_unasked",
     [](Bench& bench) {
         bench.show(kToControl, packed(kControl, true, 1, 1));
         bench.cycle();
     }},
    {"bus_route_made_up",
     [](Bench& bench) {
         bench.show(kToAccelerator, packed(kAccelerator, true, 1, 1));
         bench.wires.target_gnt = 0;
         bench.ask(0, packed(kAccelerator, true, 2, 1));
         bench.cycle();
         bench.grant(0, packed(kAccelerator, true, 2, 1), kToAccelerator);
         bench.show(kToAccelerator, packed(kAccelerator, true, 1, 1));
         bench.cycle();
         bench.cycle();
     }},
    {"bus_read",
     [](Bench& bench) {
         bench.grant(0, packed(kControl, false, 0, 1), kToControl);
         bench.cycle();
         bench.answer(4, 0, 5);
         bench.cycle();
     }},
    {"bus_read_nowhere", [](Bench& bench) { bench.bus_read(kNowhere, 0, -1, 0); }},
    // ---- private windows
    {"window_answer",
     [](Bench& bench) {
         bench.wait(0, kBuffer, true);
         bench.cycle();
         bench.wires.own_rvalid = 1 << 1;  // another core
         bench.cycle();
     }},
    {"window_request_kept",
     [](Bench& bench) {
         bench.sleep(kWait, 4);
         bench.cycle();
     }},
    {"window_request_kept_changed",
     [](Bench& bench) {
         bench.sleep(kWait, 4);
         bench.wait(0, kWaitClear);
         bench.cycle(1);
     }},
    {"window_grant",
     [](Bench& bench) {
         bench.wait(1, kBuffer);
         bench.cycle();
         bench.wait(1, kBuffer, true);
         bench.cycle();
         bench.cycle();
     }},
    {"window_grant_unasked",
     [](Bench& bench) {
         bench.wires.own_gnt = 1;
         bench.cycle();
         bench.wires.own_rvalid = 0;
         bench.cycle();
     }},
    {"event_read", [](Bench& bench) { bench.read(0, kStatus, 0); }},
    {"event_read_bus", [](Bench& bench) { bench.bus_read(kEvent + kTeam, kToEvent, 2, 1); }},
    // A write with few byte enables that changes the whole of the mask.
    {"event_read_enables",
     [](Bench& bench) {
         bench.own(0, packed(kMask, true, 0x1FFFF, 1, 0x2), true);
         bench.cycle();
         bench.cycle();
         bench.read(0, kMask, 0x1FFFF);
     }},
    // ---- sleep
    // A masked event wakes the core.
    {"wake",
     [](Bench& bench) {
         bench.write(0, kMask, kTimer0);
         bench.sleep(kWait, 5);
         bench.event_while_waiting(kWait, 1, 0);
         bench.wake(kWait, 0);
     }},
    {"wake_other",  // the event of another core
     [](Bench& bench) {
         bench.write(0, kMask, kDmaDone);
         bench.sleep(kWait, 5);
         bench.event_while_waiting(kWait, 1 << 2, 0);
         bench.wake(kWait, 0);
     }},
    {"wake_late",
     [](Bench& bench) {
         bench.write(0, kMask, kTimer0);
         bench.sleep(kWaitClear, 5);
         bench.event_while_waiting(kWaitClear, 0, 1);
         bench.wait(0, kWaitClear);
         bench.cycle(1);
         bench.wake(kWaitClear, kTimer0);
     }},
    {"wake_missed",  // by an event that comes in the cycle in which another read clears it
     [](Bench& bench) {
         bench.write(0, kMask, kTimer0);
         bench.rules().sources(0, 1, 0);
         bench.cycle();
         bench.wait(0, kWaitClear, true);
         bench.rules().sources(0, 1, 0);
         bench.cycle();
         bench.rules().window_answer(0, kTimer0);
         bench.cycle();
         bench.wait(0, kWaitClear);
         bench.cycle();
     }},
    {"wake_barrier_early",
     [](Bench& bench) {
         bench.sleep(kBarrierWait, 5);
         bench.wake(kBarrierWait, kBarrier);
     }},
    {"wake_old_barrier",  // the event of an earlier barrier
     [](Bench& bench) {
         for (uint32_t core = 0; core < kCores; ++core) bench.write(core, kArrive, 0);
         bench.sleep(kBarrierWait, 5);
         bench.wake(kBarrierWait, kBarrier);
     }},
    {"wake_barrier_late",
     [](Bench& bench) {
         bench.sleep(kBarrierWait, 5);
         bench.wait(0, kBarrierWait);
         bench.own(1, packed(kArrive, true, 0, 2), true);
         bench.cycle(1);
         bench.sleep(kBarrierWait, 1);
     }},
    {"clock",
     [](Bench& bench) {
         bench.clock(3);
         bench.sleep(kWait, 5);
     }},
    {"clock_off",
     [](Bench& bench) {
         bench.clock(1);
         bench.cycle();
     }},
    {"sleep",
     [](Bench& bench) {
         for (uint32_t i = 0; i < 20; ++i) {
             bench.wait(1, kWait);
             bench.cycle();
         }
     }},
    {"sleep_on",
     [](Bench& bench) {
         bench.write(0, kMask, kTimer0);
         bench.sleep(kWaitClear, 5);
         bench.event_while_waiting(kWaitClear, 0, 1);
         bench.wait(0, kWaitClear, true);
         bench.cycle(1);
         bench.rules().window_answer(0, kTimer0);
         bench.cycle(1);  // still asleep when it is answered
     }},
};

}  // namespace

int main(int argc, char** argv) {
    const auto found = kCases.find(argc == 2 ? argv[1] : "");
    if (found == kCases.end()) {
        for (const auto& [name, _] : kCases) std::printf("%s\n", name.c_str());
        return argc == 1 ? 0 : 2;
    }
    Bench bench;
    found->second(bench);
    for (const std::string& rule : bench.fired()) std::printf("%s\n", rule.c_str());
    return 0;
}
