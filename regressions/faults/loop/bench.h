// SPDX-License-Identifier: Apache-2.0
// Register driver and memory around a device: plain data that can be copied and compared like registers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "device.h"

constexpr size_t kBytes = sizeof(std::remove_reference_t<decltype(std::declval<Ports>().tcdm_data_o)>);

/** Everything outside the device but the memory's content. */
struct Driver {
    uint32_t job, access, ended, pause, grant;
    uint32_t answering;  // what is answered in this cycle: 0 nothing, 1 a write, 2 a read
    uint32_t answers;  // reads that were answered
    uint8_t port_grant, reading;
    uint8_t data[kBytes];  // what a read brought; 0 without one

    bool operator==(const Driver& other) const { return std::memcmp(this, &other, sizeof *this) == 0; }
};

/** What one cycle showed at the ports. */
struct Cycle {
    bool read, write, busy;
    uint32_t address, events;
    uint32_t answering, answers;  // as in the driver before
    bool answered;
    uint32_t answer, answer_id;
};

class Bench {
   public:
    Bench(Device& device, const Scenario& scenario) : device_(device), dut_(device.ports()), scenario_(scenario) {}

    std::vector<uint8_t> memory;
    Driver driver;

    void reset() {
        drive_idle();
        dut_.rst_ni = 0;
        for (int i = 0; i < 3; ++i) step();
        dut_.rst_ni = 1;
        step();
        restart();
    }

    /** The scenario from its begin, with the memory as it was. */
    void restart() {
        std::memset(&driver, 0, sizeof driver);
        driver.pause = 1 + scenario_.jobs[0].accesses[0].idle;
        driver.port_grant = 1;
        memory = scenario_.memory;
        apply();
    }

    /** Puts the driver's part into the ports, after a copy. */
    void apply() {
        dut_.tcdm_r_valid_i = driver.reading;
        std::memcpy(bytes_of(dut_.tcdm_r_data_i), driver.data, kBytes);
    }

    /** No access is to come by itself. */
    bool waits() const { return driver.pause == 0 || driver.job >= scenario_.jobs.size(); }

    bool over() const { return driver.ended >= scenario_.jobs.size(); }

    /** One cycle up to and including the rising edge. `ends`: whether these events end the job of a number. */
    template <typename Ends>
    Cycle cycle(Ends ends) {
        const bool programming = driver.job < scenario_.jobs.size() && driver.job < driver.ended + kContexts;
        static constexpr Access kNone{};
        const bool asks = programming && driver.pause == 0;
        const Access& next = asks ? scenario_.jobs[driver.job].accesses[driver.access] : kNone;
        request(asks, next);
        // Requests do not follow grants (contract A4.9).
        dut_.tcdm_gnt_i = driver.port_grant && (dut_.tcdm_req_o || scenario_.grant_without_req);
        device_.low();

        Cycle seen{};
        const bool accessed = dut_.periph_req_i && dut_.periph_gnt_o;
        const bool granted = dut_.tcdm_req_o && driver.port_grant;
        seen.read = granted && dut_.tcdm_wen_o;
        seen.write = granted && !dut_.tcdm_wen_o;
        seen.busy = dut_.busy_o;
        seen.address = dut_.tcdm_add_o;
        seen.events = events();
        seen.answering = driver.answering;
        seen.answers = driver.answers;
        seen.answered = dut_.periph_r_valid_o;
        seen.answer = dut_.periph_r_data_o;
        seen.answer_id = dut_.periph_r_id_o;
        if (seen.write) store(seen.address);
        if (driver.answering == 2) ++driver.answers;
        if (!over() && ends(seen.events, driver.ended)) ++driver.ended;
        device_.rise();

        driver.reading = seen.read;
        std::memset(driver.data, 0, kBytes);
        if (seen.read) load(seen.address);
        apply();
        driver.answering = 0;
        if (accessed) {
            const std::vector<Access>& accesses = scenario_.jobs[driver.job].accesses;
            driver.answering = accesses[driver.access].write ? 1 : 2;
            if (++driver.access == accesses.size()) {
                ++driver.job;
                driver.access = 0;
                const bool more = driver.job < scenario_.jobs.size();
                driver.pause = 1 + (more ? scenario_.jobs[driver.job].accesses[0].idle : 0);
            } else {
                driver.pause = accesses[driver.access].idle;
            }
        } else if (programming && driver.pause > 0) {
            --driver.pause;
        }
        driver.port_grant = scenario_.grants[driver.grant];
        if (++driver.grant == scenario_.grants.size()) driver.grant = 0;
        return seen;
    }

    /** Bytes that the last write stored, by their place in the window; those outside it have no place. */
    template <typename Each>
    void touched(uint32_t address, bool write, Each each) const {
        for (size_t i = 0; i < kBytes; ++i) {
            if (write && (stored_[i / 8] >> i % 8 & 1) == 0) continue;
            const uint32_t byte = static_cast<uint32_t>(address + i - scenario_.base);
            each(byte < memory.size() ? static_cast<int64_t>(byte) : -1);
        }
    }

    /** Writes a register without regard to the scenario. */
    void write_register(uint32_t address, uint32_t data, uint32_t id) {
        request(true, {0, address, 1, data, 15, id});
        step();
        drive_idle();
    }

    /** A cycle in which the memory grants and nothing else happens. */
    void step() {
        device_.low();
        device_.rise();
    }

    void drive_idle() {
        request(false, {});
        dut_.tcdm_gnt_i = 1;
        dut_.tcdm_r_valid_i = 0;
    }

    uint32_t events() const {
        uint32_t all = 0;
        auto& port = dut_.evt_o;
        std::memcpy(&all, bytes_of(port), std::min(sizeof all, sizeof port));
        return all;
    }

   private:
    static constexpr uint32_t kContexts = 2;
    static constexpr uint8_t kPoison = 0x7F;  // what addresses without memory read

    Device& device_;
    Ports& dut_;
    const Scenario& scenario_;
    uint8_t stored_[(kBytes + 7) / 8] = {};

    /** All inputs of the register port, so that none is left of an earlier access. */
    void request(bool asks, const Access& access) {
        dut_.periph_req_i = asks;
        dut_.periph_add_i = access.address;
        dut_.periph_wen_i = !access.write;
        dut_.periph_data_i = access.data;
        dut_.periph_be_i = static_cast<uint8_t>(access.be);
        dut_.periph_id_i = static_cast<uint8_t>(access.id);
    }

    void load(uint32_t address) {
        for (size_t i = 0; i < kBytes; ++i) {
            const uint32_t byte = static_cast<uint32_t>(address + i - scenario_.base);
            driver.data[i] = byte < memory.size() ? memory[byte] : kPoison;
        }
    }

    void store(uint32_t address) {
        const uint8_t* data = bytes_of(dut_.tcdm_data_o);
        std::memcpy(stored_, bytes_of(dut_.tcdm_be_o), sizeof stored_);
        for (size_t i = 0; i < kBytes; ++i) {
            const uint32_t byte = static_cast<uint32_t>(address + i - scenario_.base);
            if ((stored_[i / 8] >> i % 8 & 1) != 0 && byte < memory.size()) memory[byte] = data[i];
        }
    }
};
