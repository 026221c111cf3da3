// SPDX-License-Identifier: Apache-2.0
// Injects faults into a device, all in one process, and writes what became of each (docs/faults.md).
//
// Compiled with the device's `dut_shell` as the top. regressions/faults/injection.py writes what it reads, and
// reads the records and the JSON object that it leaves.
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "injector.h"

namespace {

/** A bit of a register, as the design has it. */
struct Bit {
    uint32_t variable, entry, bit, place;
};

std::vector<Bit> bits_of(Device& device) {
    std::vector<Bit> bits;
    for (uint32_t number = 0; number < device.variables().size(); ++number) {
        const Variable& variable = device.variables()[number];
        for (uint32_t entry = 0; entry < variable.entries; ++entry) {
            for (uint32_t bit = 0; bit < variable.width; ++bit) {
                bits.push_back({number, entry, bit, 8 * (variable.offset + entry * variable.stride) + bit});
            }
        }
    }
    return bits;
}

/** Those bits that keep a value: what is computed from others, or is a constant, is not changed by inverting it.
 *  An initial value comes with the constants; of what has one, bits that no edge writes are the constants. */
std::vector<Bit> kept(Device& device, const std::vector<Bit>& bits) {
    std::vector<Bit> registers;
    for (const Bit& bit : bits) {
        const Variable& variable = device.variables()[bit.variable];
        if (!variable.may_keep(bit.bit)) continue;
        const bool before = device.at(bit.place);
        device.flip(bit.place);
        if (!variable.initial()) device.begin();
        device.settle();
        if (device.at(bit.place) != before) registers.push_back(bit);
        device.set(bit.place, before);
        device.settle();
    }
    return registers;
}

class Campaign {
   public:
    Campaign(const std::string& registers, const std::vector<Scenario>& scenarios, const std::vector<Result>& results,
             const Settings& settings, uint32_t threads)
        : settings_(settings) {
        for (uint32_t i = 0; i < threads; ++i) {
            injectors_.push_back(std::make_unique<Injector>(scenarios[0], results, settings_, registers));
        }
        Injector& first = *injectors_[0];
        golden_ = std::make_unique<Golden>(first.device, first.bench, settings.limit);
        settings_.limit = golden_->end + settings.limit;
        bits_ = kept(first.device, bits_of(first.device));
        check();
    }

    /** All bits of a part in all cycles, from the last to the first, so that later outcomes are known. */
    void exhaust(uint32_t part, uint32_t parts) {
        for (uint32_t i = 0; i < bits_.size(); ++i) {
            if (i / kTogether % parts == part) chosen_.push_back(i);
        }
        std::vector<uint32_t> places;
        for (const uint32_t bit : chosen_) places.push_back(bits_[bit].place);
        known_ = std::make_unique<Known>(golden_->cycles(), places, injectors_[0]->device.bytes());
        uint32_t cycle = golden_->cycles() - 1;
        std::atomic<size_t> next{0};
        std::barrier together(static_cast<ptrdiff_t>(injectors_.size()), [&]() noexcept {
            next = 0;
            --cycle;
        });
        const bool single = settings_.adjacent == 1;
        const auto work = [&](Injector& injector) {
            for (uint32_t round = 0; round < golden_->cycles(); ++round) {
                for (size_t from; (from = next.fetch_add(kTogether)) < chosen_.size();) {
                    for (size_t i = from; i < std::min(from + kTogether, chosen_.size()); ++i) {
                        const Known* later = single ? known_.get() : nullptr;
                        known_->at(cycle, static_cast<uint32_t>(i)) =
                            injector.upset(*golden_, later, cycle, upset_places(chosen_[i]));
                    }
                }
                together.arrive_and_wait();
            }
        };
        std::vector<std::thread> threads;
        for (auto& injector : injectors_) threads.emplace_back([&] { work(*injector); });
        for (std::thread& thread : threads) thread.join();
    }

    /** Faults of a file: cycle and number of the bit of a register. */
    void some(const char* file) {
        Reader reader(file);
        std::vector<Chosen> faults(reader.word());
        for (Chosen& fault : faults) {
            fault = {reader.word(), reader.word()};
            if (fault.cycle >= golden_->cycles() || fault.number >= bits_.size()) fail("a fault of another device");
        }
        records_.resize(faults.size());
        std::atomic<size_t> next{0};
        const auto work = [&](Injector& injector) {
            for (size_t i; (i = next++) < faults.size();) {
                records_[i] = injector.upset(*golden_, nullptr, faults[i].cycle, upset_places(faults[i].number));
            }
        };
        std::vector<std::thread> threads;
        for (auto& injector : injectors_) threads.emplace_back([&] { work(*injector); });
        for (std::thread& thread : threads) thread.join();
    }

    const std::vector<Record>& records() const { return known_ ? known_->records() : records_; }

    void print(double seconds, double processor) const {
        uint64_t simulated = 0, looked_up = 0;
        for (const auto& injector : injectors_) {
            simulated += injector->simulated;
            looked_up += injector->looked_up;
        }
        std::printf("{\"seconds\": %.3f, \"processor\": %.3f, \"simulated\": %llu, \"known\": %llu, ", seconds,
                    processor, static_cast<unsigned long long>(simulated), static_cast<unsigned long long>(looked_up));
        std::printf("\"cycles\": %u, \"end\": %u, \"trigger\": %u, ", golden_->cycles(), golden_->end,
                    golden_->triggers.front());
        const auto hash = static_cast<unsigned long long>(digest(golden_->memory));
        std::printf("\"digest\": \"%016llx\", \"registers\": [", hash);
        const char* separator = "";
        for (const Variable& variable : injectors_[0]->device.variables()) {
            std::printf("%s[\"%s\", \"%s\", %u, %u]", separator, variable.scope.c_str(), variable.name.c_str(),
                        variable.entries, variable.width);
            separator = ", ";
        }
        std::printf("], \"bits\": [");
        separator = "";
        for (const Bit& bit : bits_) {
            std::printf("%s[%u,%u,%u]", separator, bit.variable, bit.entry, bit.bit);
            separator = ",";
        }
        std::printf("], \"chosen\": [");
        separator = "";
        for (const uint32_t bit : chosen_) {
            std::printf("%s%u", separator, bit);
            separator = ",";
        }
        std::printf("]}\n");
    }

   private:
    static constexpr size_t kTogether = 32;

    struct Chosen {
        uint32_t cycle, number;
    };

    Settings settings_;
    std::vector<std::unique_ptr<Injector>> injectors_;
    std::unique_ptr<Golden> golden_;
    std::vector<Bit> bits_;
    std::vector<uint32_t> chosen_;
    std::unique_ptr<Known> known_;
    std::vector<Record> records_;

    /** The drawn bit and its neighbours in the same entry. */
    std::vector<uint32_t> upset_places(uint32_t number) const {
        std::vector<uint32_t> places;
        const Bit& first = bits_[number];
        for (uint32_t i = number; i < bits_.size() && places.size() < settings_.adjacent; ++i) {
            if (bits_[i].variable != first.variable || bits_[i].entry != first.entry) break;
            places.push_back(bits_[i].place);
        }
        return places;
    }

    /** Holds the method to what it relies on: the registers are the whole state, wherever it comes from. */
    void check() {
        Injector& device = *injectors_.back();
        for (uint32_t cycle = 0; cycle < golden_->cycles(); ++cycle) {
            // What is no register stays that of another cycle.
            device.restore(*golden_, cycle * 7919 % golden_->cycles());
            device.device.settle();
            device.bench.cycle([](uint32_t, uint32_t) { return false; });
            device.restore(*golden_, cycle);
            device.device.settle();
            if (cycle + 1 == golden_->cycles()) break;
            device.bench.cycle([&](uint32_t events, uint32_t job) { return golden_->ends(events, job); });
            const Difference found = device.device.difference(golden_->state(cycle + 1));
            if (found.bits != 0 ||
                !(device.bench.driver == golden_->driver(cycle + 1)) ||
                device.bench.memory != golden_->memory_at(cycle + 1)) {
                fail("the registers of the build are not its whole state: cycle " + std::to_string(cycle) +
                     " goes otherwise from them alone");
            }
        }
        if (!device.repeats(*golden_)) fail("the job goes otherwise the second time, also without a fault");
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 13) {
        fail("usage: faults <job list> <results> <registers> <records> <faults, or -> <part> <parts> <threads> <limit> "
             "<adjacent> <stuck> <address of the clear>");
    }
    const auto number = [&](int place) { return static_cast<uint32_t>(std::stoul(argv[place])); };
    const std::vector<Scenario> scenarios = read_list(argv[1]);
    const std::vector<Result> results = read_results(argv[2]);
    const Settings settings{number(9), number(12), number(10), std::stoi(argv[11])};
    const auto begin = std::chrono::steady_clock::now();
    Campaign campaign(argv[3], scenarios, results, settings, number(8));
    if (std::string(argv[5]) == "-") campaign.exhaust(number(6), number(7));
    else campaign.some(argv[5]);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    write_records(campaign.records(), argv[4]);
    campaign.print(seconds.count(), static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
    return 0;
}
