// SPDX-License-Identifier: Apache-2.0
// The device alone: a C++ loop that programs jobs and serves the wide port, without any check.
//
// Best that the simulator can do, to compare the bench with. Compiled with the device's `dut_shell` as
// the top (`Verilator.build_bare`). Reads a job list that regressions/speed/bare.py writes, and prints one
// JSON object: cycles and seconds of the loop, cycles of each job and those it waited for a grant, a digest of
// each scenario's final memory.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "Vbare.h"
#include "job_list.h"
#include "verilated.h"

namespace {

class Loop {
   public:
    /** `transparency`: in each cycle, look whether an output of the wide port depends on its inputs at once. */
    Loop(std::vector<Scenario>& scenarios, bool transparency) : scenarios_(scenarios), transparency_(transparency) {
        dut_.rst_ni = 0;
        for (int i = 0; i < 3; ++i) edge();
        dut_.rst_ni = 1;
        edge();
        cycle_ = 0;
    }

    void run() {
        for (Scenario& scenario : scenarios_) run(scenario);
    }

    uint64_t cycles() const { return cycle_; }
    const std::vector<uint64_t>& jobs() const { return job_cycles_; }
    const std::vector<uint64_t>& stalls() const { return job_stalls_; }
    /** Cycles in which an output followed gnt, r_valid and r_data. */
    const std::vector<uint64_t>& transparent() const { return transparent_; }

   private:
    static constexpr size_t kContexts = 2;
    static constexpr uint8_t kPoison = 0x7F;  // what addresses without memory read
    static constexpr size_t kBytes = sizeof(std::remove_reference_t<decltype(std::declval<Vbare>().tcdm_data_o)>);

    VerilatedContext context_;
    Vbare dut_{&context_, ""};
    std::vector<Scenario>& scenarios_;
    const bool transparency_;
    std::vector<uint64_t> job_cycles_, job_stalls_;
    std::vector<uint64_t> transparent_ = {0, 0, 0};
    uint64_t cycle_ = 0;

    void edge() {
        dut_.clk_i = 1;
        dut_.eval();
        dut_.clk_i = 0;
        dut_.eval();
    }

    void run(Scenario& scenario) {
        const uint64_t start = cycle_;
        std::vector<uint64_t> triggers;
        size_t job = 0, access = 0, ended = 0, grant = 0;
        uint64_t previous_end = 0, waited = 0;
        uint32_t pause = 1 + scenario.jobs[0].accesses[0].idle;  // the bench's player starts an edge later
        bool port_grant = true;
        while (ended < scenario.jobs.size()) {
            const bool programming = job < scenario.jobs.size() && job < ended + kContexts;
            dut_.periph_req_i = programming && pause == 0;
            if (dut_.periph_req_i) {
                const Access& next = scenario.jobs[job].accesses[access];
                dut_.periph_add_i = next.address;
                dut_.periph_wen_i = !next.write;
                dut_.periph_data_i = next.data;
                dut_.periph_be_i = next.be;
                dut_.periph_id_i = next.id;
            }
            dut_.tcdm_gnt_i = port_grant && (dut_.tcdm_req_o || scenario.grant_without_req);
            dut_.clk_i = 0;
            dut_.eval();
            if (transparency_) look_through();

            // Inputs that the rising edge sees.
            const bool accessed = dut_.periph_req_i && dut_.periph_gnt_o;
            const bool read = dut_.tcdm_req_o && dut_.tcdm_gnt_i && dut_.tcdm_wen_o;
            const uint32_t address = dut_.tcdm_add_o;
            if (dut_.tcdm_req_o && dut_.tcdm_gnt_i && !dut_.tcdm_wen_o) store(scenario, address);
            if (dut_.tcdm_req_o && !dut_.tcdm_gnt_i) ++waited;
            if (dut_.evt_o != 0) {
                const uint64_t from = triggers[ended] > previous_end ? triggers[ended] : previous_end;
                job_cycles_.push_back(cycle_ - from);
                job_stalls_.push_back(waited);
                waited = 0;
                previous_end = cycle_;
                ++ended;
            }
            dut_.clk_i = 1;
            dut_.eval();

            // Outputs that follow from it.
            dut_.tcdm_r_valid_i = read;
            if (read) load(scenario, address);
            if (accessed) {
                const std::vector<Access>& accesses = scenario.jobs[job].accesses;
                if (++access == accesses.size()) {
                    triggers.push_back(cycle_);
                    ++job;
                    access = 0;
                    // As in the bench, the next job is programmed after the last response.
                    pause = 1 + (job < scenario.jobs.size() ? scenario.jobs[job].accesses[0].idle : 0);
                } else {
                    pause = accesses[access].idle;
                }
            } else if (programming && pause > 0) {
                --pause;
            }
            ++cycle_;
            port_grant = scenario.grants[grant] != 0;
            if (++grant == scenario.grants.size()) grant = 0;
            if (cycle_ - start > scenario.cycle_limit) {
                fail("no event of job " + std::to_string(job_cycles_.size()) + " in " +
                     std::to_string(scenario.cycle_limit) + " cycles: run the list on the full bench");
            }
        }
        dut_.periph_req_i = 0;
        dut_.tcdm_r_valid_i = 0;
        edge();  // busy_o falls
        ++cycle_;
    }

    /** All outputs of the wide port. */
    std::vector<uint8_t> outputs() {
        std::vector<uint8_t> all = {dut_.tcdm_req_o, dut_.tcdm_wen_o};
        const auto append = [&all](auto& port) { all.insert(all.end(), bytes_of(port), bytes_of(port) + sizeof(port)); };
        append(dut_.tcdm_add_o);
        append(dut_.tcdm_be_o);
        append(dut_.tcdm_data_o);
        return all;
    }

    /** Inverts each input of the wide port between two edges; no output may follow (contract A4.9). */
    void look_through() {
        const std::vector<uint8_t> before = outputs();
        const auto invert_data = [this] {
            uint8_t* data = bytes_of(dut_.tcdm_r_data_i);
            for (size_t i = 0; i < kBytes; ++i) data[i] ^= 0xFF;
        };
        for (size_t input = 0; input < transparent_.size(); ++input) {
            const auto invert = [&] {
                if (input == 0) dut_.tcdm_gnt_i ^= 1;
                if (input == 1) dut_.tcdm_r_valid_i ^= 1;
                if (input == 2) invert_data();
                dut_.eval();
            };
            invert();
            if (outputs() != before) ++transparent_[input];
            invert();
        }
    }

    void load(const Scenario& scenario, uint32_t address) {
        uint8_t* to = bytes_of(dut_.tcdm_r_data_i);
        const uint64_t at = static_cast<uint32_t>(address - scenario.base);
        if (at + kBytes <= scenario.memory.size()) {
            std::memcpy(to, &scenario.memory[at], kBytes);
            return;
        }
        for (size_t i = 0; i < kBytes; ++i) {
            const uint32_t byte = static_cast<uint32_t>(address + i - scenario.base);
            to[i] = byte < scenario.memory.size() ? scenario.memory[byte] : kPoison;
        }
    }

    void store(Scenario& scenario, uint32_t address) {
        const uint8_t* enables = bytes_of(dut_.tcdm_be_o);
        const uint8_t* data = bytes_of(dut_.tcdm_data_o);
        for (size_t i = 0; i < kBytes; ++i) {
            const uint32_t byte = static_cast<uint32_t>(address + i - scenario.base);
            if ((enables[i / 8] >> (i % 8) & 1) != 0 && byte < scenario.memory.size()) {
                scenario.memory[byte] = data[i];
            }
        }
    }
};

void print(const char* name, const std::vector<uint64_t>& numbers) {
    std::printf("\"%s\": [", name);
    const char* separator = "";
    for (const uint64_t number : numbers) {
        std::printf("%s%llu", separator, static_cast<unsigned long long>(number));
        separator = ", ";
    }
    std::printf("], ");
}

}  // namespace

int main(int argc, char** argv) {
    const bool transparency = argc == 3 && std::strcmp(argv[2], "--transparency") == 0;
    if (argc != 2 && !transparency) fail("usage: bare <job list> [--transparency]");
    std::vector<Scenario> scenarios = read_list(argv[1]);
    Loop loop(scenarios, transparency);
    const auto begin = std::chrono::steady_clock::now();
    loop.run();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("{\"cycles\": %llu, \"seconds\": %.6f, ", static_cast<unsigned long long>(loop.cycles()),
                seconds.count());
    print("jobs", loop.jobs());
    print("stalls", loop.stalls());
    print("transparent", loop.transparent());
    std::printf("\"digests\": [");
    const char* separator = "";
    for (const Scenario& scenario : scenarios) {
        std::printf("%s\"%016llx\"", separator, static_cast<unsigned long long>(digest(scenario.memory)));
        separator = ", ";
    }
    std::printf("]}\n");
    return 0;
}
