// SPDX-License-Identifier: Apache-2.0
// Injects transients into the outputs of cells, all in one process, and writes what became of each (docs/faults.md).
//
// regressions/faults/transients.py writes what it reads, and reads the records and the JSON object that it leaves.
#include <atomic>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "injector.h"

namespace {

struct Transient {
    uint32_t cycle, cell;
};

class Campaign {
   public:
    Campaign(const char* cells, const Scenario& scenario, const std::vector<Result>& results, const Settings& settings)
        : netlist_(words_of(cells)),
          scenario_(scenario),
          results_(results),
          settings_(settings) {
        Lanes lanes(netlist_);
        lanes.run(1, [&](uint32_t lane) {
            Injector injector(scenario_, results_, settings_, netlist_, lanes, lane);
            golden_ = std::make_unique<Golden>(injector.device, injector.bench, settings_.limit);
            settings_.limit += golden_->end;
            if (!injector.repeats(*golden_)) fail("the job goes otherwise the second time, also without a fault");
        });
    }

    const Golden& golden() const { return *golden_; }
    uint64_t simulated() const { return simulated_; }

    /** Outcomes of transients, each thread with lanes of its own. */
    std::vector<Record> inject(const std::vector<Transient>& transients, uint32_t threads) {
        // It ends in the cycle behind it.
        for (const Transient& each : transients) {
            if (each.cycle + 1 >= golden_->cycles() || each.cell >= netlist_.cells.size()) fail("a transient of another device");
        }
        std::vector<Record> records(transients.size());
        std::atomic<size_t> next{0};
        const auto work = [&] {
            Lanes lanes(netlist_);
            lanes.run(kLanes, [&](uint32_t lane) {
                Injector injector(scenario_, results_, settings_, netlist_, lanes, lane);
                for (size_t at; (at = next++) < transients.size();) {
                    const Transient& each = transients[at];
                    records[at] = injector.pulse(*golden_, each.cycle, [&] { injector.device.invert(each.cell); });
                }
                simulated_ += injector.simulated;
            });
        };
        std::vector<std::thread> all;
        for (uint32_t thread = 0; thread < threads; ++thread) all.emplace_back(work);
        for (std::thread& thread : all) thread.join();
        return records;
    }

   private:
    Netlist netlist_;
    const Scenario& scenario_;
    const std::vector<Result>& results_;
    Settings settings_;
    std::unique_ptr<Golden> golden_;
    std::atomic<uint64_t> simulated_{0};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 9) {
        fail("usage: transients <cells> <job list> <results> <records> <transients> <threads> <limit> <address of the clear>");
    }
    const auto number = [&](int place) { return static_cast<uint32_t>(std::stoul(argv[place])); };
    const std::vector<Scenario> scenarios = read_list(argv[2]);
    const std::vector<Result> results = read_results(argv[3]);
    Campaign campaign(argv[1], scenarios[0], results, {number(7), number(8), 1, -1});
    Reader reader(argv[5]);
    std::vector<Transient> transients(reader.word());
    for (Transient& each : transients) {
        each.cycle = reader.word();
        each.cell = reader.word();
    }
    write_records(campaign.inject(transients, number(6)), argv[4]);
    std::printf("{\"end\": %u, \"digest\": \"%016llx\", \"simulated\": %llu, \"processor\": %.3f}\n", campaign.golden().end,
                static_cast<unsigned long long>(digest(campaign.golden().memory)),
                static_cast<unsigned long long>(campaign.simulated()), static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
    return 0;
}
