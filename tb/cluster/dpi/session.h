// SPDX-License-Identifier: Apache-2.0
// One program on a cluster, seen from outside: what is loaded through the back door, the host that boots the cores and
// asks at the end how it went, and the report of it. Driven once a clock edge, by the bench (dpi.cpp) or by a loop
// without Python (loop.cpp), with the same cycles in both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

class VerilatedContext;

namespace cluster {

// Request that tb/cluster/task.py packs: the cluster's shape, what the host writes, what the memories hold. Throws
// std::runtime_error if it cannot be read.
struct Request {
    struct Block {
        uint32_t address;
        std::vector<uint8_t> bytes;
    };
    uint32_t cores = 0, banks = 0, lanes = 0, tcdm_bytes = 0, l2_bytes = 0, code_bytes = 0, l2_latency = 0, limit = 0;
    std::vector<std::pair<uint32_t, uint32_t>> writes;  // offset in the peripherals, data
    std::vector<Block> blocks;
};
Request read_request(const uint8_t* bytes, size_t size);

// The memories of a model and its cores' places, found by name (backdoor.h).
class Backdoor {
   public:
    // `top`: place of cluster_system in the hierarchy, with the dot behind it.
    Backdoor(VerilatedContext& context, const std::string& top, const Request& shape);
    // Puts the blocks of a request into memories of zeros.
    void load(const Request& request, std::vector<uint8_t>& tcdm, std::vector<uint8_t>& l2);
    std::vector<uint8_t> tcdm() const;
    std::vector<uint8_t> l2() const;
    std::vector<uint32_t> pcs() const;

   private:
    size_t tcdm_bytes_, l2_bytes_, code_bytes_;
    std::vector<uint8_t*> banks_;
    uint8_t* l2_ = nullptr;
    uint8_t* code_ = nullptr;
    std::vector<const uint32_t*> pcs_;

    uint8_t* tcdm_word(size_t byte) const;
};

// Inputs of the host at a clock edge, and outputs that it drives from then on.
struct HostInputs {
    bool gnt, rvalid, eoc;
    uint32_t rdata, trapped, returned, asleep;
};
struct HostOutputs {
    bool rst_n = false, req = false, we = false;
    uint32_t add = 0, wdata = 0;
};

class Session {
   public:
    // Loads a request and resets the model. Throws std::runtime_error if it does not fit.
    void begin(VerilatedContext& context, const std::string& top, Request request);
    // One clock edge.
    HostOutputs step(const HostInputs& in);
    // True if the program is over and what it left was compared.
    bool over() const { return phase_ == Phase::kOver; }
    // Report of the end: one JSON object, with the wall time in seconds if somebody measured it.
    std::string report(double seconds = 0.0) const;
    const std::vector<uint8_t>& tcdm() const { return tcdm_; }
    const std::vector<uint8_t>& l2() const { return l2_; }

   private:
    enum class Phase { kIdle, kReset, kRun, kDrain, kAsk, kSettle, kOver };
    static constexpr uint32_t kDrainCycles = 64;  // what is under way comes to its end
    static constexpr uint32_t kSettleCycles = 2;
    static constexpr uint32_t kHostCycles = 1000;  // that an access may wait for its grant, or its answer

    Request request_;
    std::vector<Backdoor> backdoor_;  // none or one
    Phase phase_ = Phase::kIdle;
    HostOutputs out_;
    uint32_t count_ = 0, waited_ = 0;
    std::string stuck_;  // what became of an access of the host that never ended
    size_t position_ = 0;
    uint64_t cycles_ = 0;
    HostInputs last_{};
    std::vector<uint32_t> questions_, answers_, pcs_;
    std::vector<uint8_t> tcdm_, l2_;

    void enter(Phase phase);
    bool overdue(bool moved, const char* what);
    void offer_write();
    void ask();
    void close(const HostInputs& in);
    void finish();
};

}  // namespace cluster
