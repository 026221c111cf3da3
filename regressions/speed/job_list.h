// SPDX-License-Identifier: Apache-2.0
// Job lists of regressions/speed/bare.py, for loops in C++ around a device, and bytes of their ports.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

[[noreturn]] inline void fail(const std::string& what) {
    std::fprintf(stderr, "error: %s\n", what.c_str());
    std::exit(2);
}

struct Access {
    uint32_t idle;  // cycles without a request before it
    uint32_t address, write, data, be, id;
};

struct Job {
    std::vector<Access> accesses;  // the last one triggers
};

struct Scenario {
    uint32_t base, grant_without_req, cycle_limit;
    std::vector<uint8_t> grants;
    std::vector<Job> jobs;
    std::vector<uint8_t> memory;
};

class Reader {
   public:
    explicit Reader(const char* path) : file_(path, std::ios::binary) {
        if (!file_) fail(std::string("cannot read ") + path);
    }

    uint32_t word() {
        uint32_t value;
        bytes(&value, sizeof value);
        return value;
    }

    std::vector<uint8_t> block() {
        std::vector<uint8_t> data(word());
        bytes(data.data(), data.size());
        return data;
    }

   private:
    std::ifstream file_;

    void bytes(void* to, size_t count) {
        if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(count))) {
            fail("the job list ends early: write it anew");
        }
    }
};

inline std::vector<Scenario> read_list(const char* path) {
    Reader reader(path);
    std::vector<Scenario> scenarios(reader.word());
    for (Scenario& scenario : scenarios) {
        scenario.base = reader.word();
        scenario.grant_without_req = reader.word();
        scenario.cycle_limit = reader.word();
        scenario.grants = reader.block();
        scenario.jobs.resize(reader.word());
        for (Job& job : scenario.jobs) {
            job.accesses.resize(reader.word());
            for (Access& access : job.accesses) {
                access.idle = reader.word();
                access.address = reader.word();
                access.write = reader.word();
                access.data = reader.word();
                access.be = reader.word();
                access.id = reader.word();
            }
        }
        scenario.memory = reader.block();
    }
    return scenarios;
}

/** FNV-1a of 64 bits. */
inline uint64_t digest(const std::vector<uint8_t>& bytes) {
    uint64_t hash = 0xCBF29CE484222325;
    for (const uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001B3;
    return hash;
}

// Ports wider than 64 bits are arrays of words, others integers; both lie in memory little endian.
template <typename Port>
uint8_t* bytes_of(Port& port) {
    if constexpr (std::is_integral_v<Port>) {
        return reinterpret_cast<uint8_t*>(&port);
    } else {
        return reinterpret_cast<uint8_t*>(port.data());
    }
}
