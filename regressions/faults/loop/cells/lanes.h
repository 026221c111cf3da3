// SPDX-License-Identifier: Apache-2.0
// 64 copies of a device of cells that are evaluated together: bit i of each word belongs to lane i.
//
// Each lane has a function of its own that drives it, on a stack of its own. Where one needs an evaluation it waits, and
// when all wait, what they wait for is done for all at once: inputs that changed (low), or an edge and states that were
// written (full).
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "netlist.h"

constexpr uint32_t kLanes = 64;

/** A matrix of 64 x 64 bits, row i bit j, is mirrored (Hacker's Delight, 7-3). */
inline void transpose(uint64_t* rows) {
    uint64_t mask = 0x00000000FFFFFFFF;
    for (uint32_t step = 32; step != 0; step /= 2, mask ^= mask << step) {
        for (uint32_t row = 0; row < 64; row = (row + step + 1) & ~step) {
            const uint64_t change = (rows[row] >> step ^ rows[row + step]) & mask;
            rows[row] ^= change << step;
            rows[row + step] ^= change;
        }
    }
}

/** Bits of ports or registers: nets, and a block of bytes for each lane. */
class Block {
   public:
    static constexpr uint32_t kNone = UINT32_MAX;  // net of a bit that fills a byte

    explicit Block(std::vector<uint32_t> nets) : nets_(std::move(nets)) {
        nets_.resize((nets_.size() + 63) / 64 * 64, kNone);
        for (auto& each : bytes_) each.assign(nets_.size() / 8, 0);
    }

    uint32_t size() const { return static_cast<uint32_t>(nets_.size() / 8); }
    uint8_t* lane(uint32_t lane) { return bytes_[lane].data(); }

    /** From nets to the bytes of all lanes. */
    void give(const std::vector<uint64_t>& values) {
        for (size_t part = 0; part < nets_.size(); part += 64) {
            uint64_t rows[64];
            for (uint32_t bit = 0; bit < 64; ++bit) rows[bit] = nets_[part + bit] == kNone ? 0 : values[nets_[part + bit]];
            transpose(rows);
            for (uint32_t lane = 0; lane < kLanes; ++lane) std::memcpy(&bytes_[lane][part / 8], &rows[lane], 8);
        }
    }

    /** From the bytes of some lanes to nets. */
    void take(std::vector<uint64_t>& values, uint64_t lanes) const {
        for (size_t part = 0; part < nets_.size(); part += 64) {
            uint64_t rows[64];
            for (uint32_t lane = 0; lane < kLanes; ++lane) std::memcpy(&rows[lane], &bytes_[lane][part / 8], 8);
            transpose(rows);
            for (uint32_t bit = 0; bit < 64; ++bit) {
                if (nets_[part + bit] == kNone) continue;
                uint64_t& value = values[nets_[part + bit]];
                value = (value & ~lanes) | (rows[bit] & lanes);
            }
        }
    }

   private:
    std::vector<uint32_t> nets_;
    std::array<std::vector<uint8_t>, kLanes> bytes_;
};

/** Cells in an order of evaluation, those of one function side by side. */
class Order {
   public:
    Order(const Netlist& netlist, const std::vector<uint32_t>& chosen) {
        std::vector<uint32_t> level(netlist.nets, 0);
        std::map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> groups;  // by level and function
        for (const uint32_t at : chosen) {
            const Cell& cell = netlist.cells[at];
            for (const uint32_t input : cell.inputs) level[cell.output] = std::max(level[cell.output], level[input] + 1);
            groups[{level[cell.output], cell.table}].push_back(at);
        }
        place_.assign(netlist.nets, UINT32_MAX);
        for (const auto& [key, members] : groups) {
            for (const uint32_t at : members) {
                place_[netlist.cells[at].output] = static_cast<uint32_t>(cells_.size());
                cells_.push_back(netlist.cells[at]);
            }
            ends_.push_back(static_cast<uint32_t>(cells_.size()));
        }
    }

    /** Evaluates all cells; the outputs of some are inverted in some lanes. */
    void evaluate(std::vector<uint64_t>& values, const std::map<uint32_t, uint64_t>& inverted) const {
        std::map<uint32_t, uint64_t> places;
        for (const auto& [net, lanes] : inverted) {
            if (place_[net] != UINT32_MAX) places[place_[net]] = lanes;
        }
        uint32_t from = 0;
        auto next = places.begin();
        for (const uint32_t end : ends_) {
            for (; next != places.end() && next->first < end; ++next) {
                run(values.data(), from, next->first + 1);
                values[cells_[next->first].output] ^= next->second;
                from = next->first + 1;
            }
            run(values.data(), from, end);
            from = end;
        }
    }

   private:
    std::vector<Cell> cells_;
    std::vector<uint32_t> ends_;  // of the groups
    std::vector<uint32_t> place_;  // of the cell that drives a net

    template <typename Function>
    void each(uint64_t* values, uint32_t from, uint32_t to, Function function) const {
        for (uint32_t at = from; at < to; ++at) {
            const auto& [a, b, c, d] = cells_[at].inputs;
            values[cells_[at].output] = function(values[a], values[b], values[c], values[d]);
        }
    }

    void run(uint64_t* values, uint32_t from, uint32_t to) const {
        if (from == to) return;
        using W = uint64_t;
        constexpr uint32_t kAll = 0xFFFF, kA = 0xAAAA, kB = 0xCCCC, kC = 0xF0F0, kD = 0xFF00;
        const auto loop = [&](auto function) { each(values, from, to, function); };
        switch (const uint32_t table = cells_[from].table) {
            case kA: return loop([](W a, W, W, W) { return a; });
            case kAll & ~kA: return loop([](W a, W, W, W) { return ~a; });
            case kA & kB: return loop([](W a, W b, W, W) { return a & b; });
            case kAll & ~(kA & kB): return loop([](W a, W b, W, W) { return ~(a & b); });
            case kAll & ~(kA & kB & kC): return loop([](W a, W b, W c, W) { return ~(a & b & c); });
            case kAll & ~(kA & kB & kC & kD): return loop([](W a, W b, W c, W d) { return ~(a & b & c & d); });
            case kA | kB: return loop([](W a, W b, W, W) { return a | b; });
            case kAll & ~(kA | kB): return loop([](W a, W b, W, W) { return ~(a | b); });
            case kAll & ~(kA | kB | kC): return loop([](W a, W b, W c, W) { return ~(a | b | c); });
            case kAll & ~(kA | kB | kC | kD): return loop([](W a, W b, W c, W d) { return ~(a | b | c | d); });
            case kAll & ~((kA & kB) | kC): return loop([](W a, W b, W c, W) { return ~((a & b) | c); });
            case kAll & ~((kA | kB) & kC): return loop([](W a, W b, W c, W) { return ~((a | b) & c); });
            case kAll & ~((kA & kB) | (kC & kD)): return loop([](W a, W b, W c, W d) { return ~((a & b) | (c & d)); });
            case kAll & ~((kA | kB) & (kC | kD)): return loop([](W a, W b, W c, W d) { return ~((a | b) & (c | d)); });
            case kA ^ kB: return loop([](W a, W b, W, W) { return a ^ b; });
            case kAll & ~(kA ^ kB): return loop([](W a, W b, W, W) { return ~(a ^ b); });
            case (kA & ~kC) | (kB & kC): return loop([](W a, W b, W c, W) { return (a & ~c) | (b & c); });
            default:
                return loop([table](W a, W b, W c, W d) {
                    W found = 0;
                    for (uint32_t row = 0; row < 16; ++row) {
                        if ((table >> row & 1) == 0) continue;
                        found |= (row & 1 ? a : ~a) & (row & 2 ? b : ~b) & (row & 4 ? c : ~c) & (row & 8 ? d : ~d);
                    }
                    return found;
                });
        }
    }
};

class Lanes {
   public:
    explicit Lanes(const Netlist& netlist)
        : inputs(padded(netlist.inputs)),
          outputs(padded(netlist.outputs)),
          state(registers_of(netlist)),
          netlist_(netlist),
          order_(netlist, all_of(netlist)),
          cone_(netlist, netlist.cone()),
          values_(netlist.nets, 0),
          next_(netlist.registers.size()) {
        values_[1] = ~uint64_t{0};
    }
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    Block inputs, outputs, state;  // each port begins with a byte

    /** Runs a function of the lane in the first lanes, until it has returned in all of them. */
    void run(uint32_t lanes, const std::function<void(uint32_t)>& work) {
        work_ = &work;
        for (uint32_t lane = 0; lane < lanes; ++lane) {
            stacks_[lane] = std::make_unique<char[]>(kStack);
            getcontext(&contexts_[lane]);
            contexts_[lane].uc_stack.ss_sp = stacks_[lane].get();
            contexts_[lane].uc_stack.ss_size = kStack;
            contexts_[lane].uc_link = &outside_;
            makecontext(&contexts_[lane], &Lanes::enter, 0);
        }
        for (uint64_t ready = lanes == kLanes ? ~uint64_t{0} : (uint64_t{1} << lanes) - 1; ready != 0;) {
            for (; ready != 0; ready &= ready - 1) {
                here_ = this;
                lane_ = static_cast<uint32_t>(__builtin_ctzll(ready));
                swapcontext(&outside_, &contexts_[lane_]);
            }
            // Who begins waits for the edge of the others, since that evaluates everything.
            ready = lows_ != 0 ? lows_ : rises_ | settles_;
            if (lows_ != 0) low();
            else if (ready != 0) full();
        }
    }

    // Called by the function of a lane: its inputs changed; the clock rises; its state was written, and its inputs.
    void low(uint32_t lane) { wait(lane, lows_); }
    void rise(uint32_t lane) { wait(lane, rises_); }
    void settle(uint32_t lane) { wait(lane, settles_); }

    /** Inverts the output of a cell until the clock of the lane rises. */
    void invert(uint32_t lane, uint32_t cell) { inverted_[netlist_.cells[cell].output] ^= uint64_t{1} << lane; }

   private:
    static constexpr size_t kStack = 256 * 1024;

    static inline thread_local Lanes* here_ = nullptr;  // whose lane runs

    const Netlist& netlist_;
    const Order order_, cone_;
    std::vector<uint64_t> values_, next_;
    std::map<uint32_t, uint64_t> inverted_;  // lanes, by net
    uint64_t lows_ = 0, rises_ = 0, settles_ = 0;  // lanes that wait
    uint32_t lane_ = 0;
    const std::function<void(uint32_t)>* work_ = nullptr;
    ucontext_t outside_{};
    std::array<ucontext_t, kLanes> contexts_{};
    std::array<std::unique_ptr<char[]>, kLanes> stacks_;

    static std::vector<uint32_t> padded(const std::vector<std::vector<uint32_t>>& ports) {
        std::vector<uint32_t> nets;
        for (const std::vector<uint32_t>& port : ports) {
            nets.insert(nets.end(), port.begin(), port.end());
            nets.resize((nets.size() + 7) / 8 * 8, Block::kNone);
        }
        return nets;
    }

    static std::vector<uint32_t> registers_of(const Netlist& netlist) {
        std::vector<uint32_t> nets;
        for (const Register& each : netlist.registers) nets.push_back(each.output);
        return nets;
    }

    static std::vector<uint32_t> all_of(const Netlist& netlist) {
        std::vector<uint32_t> all(netlist.cells.size());
        std::iota(all.begin(), all.end(), 0);
        return all;
    }

    static void enter() { (*here_->work_)(here_->lane_); }

    void wait(uint32_t lane, uint64_t& lanes) {
        lanes |= uint64_t{1} << lane;
        swapcontext(&contexts_[lane], &outside_);
    }

    void low() {
        inputs.take(values_, lows_);
        lows_ = 0;
        cone_.evaluate(values_, inverted_);
        outputs.give(values_);
    }

    void full() {
        for (size_t at = 0; at < next_.size(); ++at) next_[at] = values_[netlist_.registers[at].data];
        if (settles_ != 0) {
            state.take(values_, settles_);
            inputs.take(values_, settles_);
        }
        for (size_t at = 0; at < next_.size(); ++at) {
            const Register& each = netlist_.registers[at];
            uint64_t& value = values_[each.output];
            value = (value & ~rises_) | (next_[at] & rises_);
            const uint64_t running = values_[each.reset];
            value = (value & running) | (each.start != 0 ? ~running : 0);
        }
        for (auto at = inverted_.begin(); at != inverted_.end();) {
            at->second &= ~rises_;
            at = at->second == 0 ? inverted_.erase(at) : std::next(at);
        }
        rises_ = settles_ = 0;
        order_.evaluate(values_, inverted_);
        outputs.give(values_);
        state.give(values_);
    }
};
