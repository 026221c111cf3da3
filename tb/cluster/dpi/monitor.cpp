// SPDX-License-Identifier: Apache-2.0
#include "monitor.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "svdpi.h"

namespace cluster {

namespace {


std::string hex(uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%08llx", static_cast<unsigned long long>(value));
    return text;
}

}  // namespace

Monitor& monitor() {
    static Monitor instance;
    return instance;
}

void Monitor::start(const Settings& settings, std::vector<uint8_t> tcdm, std::vector<uint8_t> l2) {
    *this = Monitor();
    settings_ = settings;
    tcdm_ = std::move(tcdm);
    l2_ = std::move(l2);
    set_ratio(0);
}

void Monitor::violated(const char* rule, const std::string& detail) {
    ++violations_;
    if (findings_.size() < kMaxFindings) findings_.push_back({now_, rule, detail});
}

std::string Monitor::port_name(uint32_t port) const {
    return port < settings_.cores ? "core " + std::to_string(port)
                                  : "DMA port " + std::to_string(port - settings_.cores);
}

// The longest that a request may wait. Between two grants to others a requester loses its bank for as many
// conflicts in a row as the wide branch may win; the wide branch for as many as the others may.
void Monitor::set_ratio(uint32_t ratio) {
    const uint32_t numerator = ratio & 0xFF, denominator = ratio >> 8 & 0xFF;
    const bool wide_first = (ratio >> 16 & 1) != 0;
    const bool protects = numerator != 0 && numerator < denominator;
    const uint32_t priority_wins = protects ? numerator : kUnbounded;
    const uint32_t other_wins = protects ? denominator - numerator : 0;
    const uint32_t wide_wins = wide_first ? priority_wins : other_wins;
    const uint32_t rivals = settings_.rivals;
    ratio_ = ratio;
    wide_bound_ = wide_first ? other_wins : priority_wins;
    log_bound_ = wide_wins == kUnbounded ? kUnbounded : rivals + (rivals + 1) * wide_wins;
    waiting_.fill(0);
    wide_waiting_ = 0;
}

void Monitor::check_wait(const std::string& who, bool req, bool gnt, uint32_t bound, uint32_t& waiting,
                         uint64_t& total, uint32_t& longest) {
    if (waiting != 0 && !req) violated("request_kept", who + " took a request back before its grant");
    if (gnt && !req) violated("grant", who + " was granted without a request");
    if (req && !gnt) {
        ++waiting;
        ++total;
        longest = std::max(longest, waiting);
        // Said once for each wait.
        if (bound != kUnbounded && waiting == bound + 1) {
            violated("wait", who + " has waited longer than " + std::to_string(bound) + " cycles");
        }
    } else {
        waiting = 0;
    }
}

void Monitor::cycle(uint32_t req, uint32_t gnt, uint32_t rvalid, uint32_t ratio, uint8_t wide, uint8_t l2,
                    uint32_t events, uint32_t asleep) {
    ++now_;
    taken_ = 0;
    if (ratio != ratio_) set_ratio(ratio);
    for (uint32_t port = 0; port < settings_.cores + 2; ++port) {
        const bool answered = (rvalid >> port & 1) != 0, expected = !due_[port].empty();
        if (answered != expected) {
            violated("answer", port_name(port) + (answered ? " has an answer to nothing" : " has no answer"));
            due_[port].clear();
        }
        check_wait(port_name(port), (req >> port & 1) != 0, (gnt >> port & 1) != 0, log_bound_, waiting_[port],
                   waits_[port], seen_.longest[port]);
    }
    const bool wide_answered = (wide & 4) != 0;
    if (wide_answered == wide_due_.empty()) {
        violated("answer", wide_answered ? "the wide port has an answer to nothing" : "the wide port has no answer");
        wide_due_.clear();
    }
    check_wait("the wide port", (wide & 1) != 0, (wide & 2) != 0, wide_bound_, wide_waiting_, wide_waits_,
               seen_.longest_wide);
    if ((wide & 8) != 0) ++seen_.conflicts[(wide & 16) != 0 ? 1 : 0];
    count_rivals();
    const bool l2_expected = !l2_due_.empty() && l2_due_.front().cycle == now_;
    if (((l2 & 4) != 0) != l2_expected) {
        violated("l2_answer", l2_expected ? "L2 has not answered in time" : "L2 answers when nothing is due");
        l2_due_.clear();
    }
    const uint32_t woken = asleep_ & ~asleep;
    for (JobTimes& job : jobs_) {
        // Jobs of a core end in the order of their triggers.
        if (job.event == 0 && !job.cleared && (events >> job.core & 1) != 0) {
            job.event = now_;
            events &= ~(1u << job.core);
        }
        if (job.event != 0 && job.wake == 0 && (woken >> job.core & 1) != 0) job.wake = now_;
    }
    asleep_ = asleep;
}

// A bank has one access a cycle, so a wide access is alone in all of its banks: it is whole.
void Monitor::take_banks(const std::string& who, uint32_t first, uint32_t count) {
    uint64_t banks = 0;
    for (uint32_t i = 0; i < count; ++i) banks |= 1ull << (first + i) % settings_.banks;
    if ((taken_ & banks) != 0) violated("bank", who + " has a bank together with another access");
    taken_ |= banks;
}

void Monitor::count_rivals() {
    for (size_t i = 0; i < wanted_.size(); ++i) {
        const auto same = [&](uint32_t bank) { return bank == wanted_[i]; };
        const auto before = std::count_if(wanted_.begin(), wanted_.begin() + static_cast<std::ptrdiff_t>(i), same);
        const auto rivals = std::count_if(wanted_.begin(), wanted_.end(), same);
        if (before == 0 && rivals > 1) ++seen_.rivals[std::min<size_t>(static_cast<size_t>(rivals) - 2, 2)];
    }
    wanted_.clear();
}

void Monitor::rival(uint32_t, uint32_t word_index) { wanted_.push_back(word_index % settings_.banks); }

void Monitor::dma_access(uint32_t offset, bool write, uint32_t wdata, uint32_t id) {
    uint32_t core = 0;
    while (core < kMaxCores && (id >> core & 1) == 0) ++core;
    if (core == kMaxCores) return;
    ProgrammingSet& set = dma_[core];
    if (write && offset / 4 < set.size()) set[offset / 4] = wdata;
    if (write || offset != DMA_START_OFFSET) return;
    const uint32_t source = set[DMA_SRC_OFFSET / 4], destination = set[DMA_DST_OFFSET / 4];
    seen_.transfers.insert((source >= L2_ADDRESS ? 256u : 0u) | (destination >= L2_ADDRESS ? 128u : 0u) |
                           (set[DMA_ROWS_OFFSET / 4] > 1 ? 64u : 0u) | (source & 7) << 3 | (destination & 7));
}

uint32_t Monitor::word(uint64_t byte) const {
    uint32_t value = 0;
    for (size_t i = 0; i < 4; ++i) value |= static_cast<uint32_t>(tcdm_[(byte + i) % tcdm_.size()]) << (8 * i);
    return value;
}

void Monitor::store(uint64_t byte, uint32_t data, uint32_t be) {
    for (size_t i = 0; i < 4; ++i) {
        if ((be >> i & 1) != 0) tcdm_[(byte + i) % tcdm_.size()] = static_cast<uint8_t>(data >> (8 * i));
    }
}

void Monitor::log_access(uint32_t port, uint32_t word_index, bool write, bool test_and_set, uint8_t be,
                         uint32_t wdata) {
    const uint64_t byte = 4ull * word_index;
    take_banks(port_name(port), word_index, 1);
    due_[port].push_back({write, word(byte)});
    ++accesses_[port];
    if (write || test_and_set) store(byte, test_and_set ? UINT32_MAX : wdata, be);
}

void Monitor::log_answer(uint32_t port, uint32_t rdata) {
    if (due_[port].empty()) return;  // reported by `cycle`
    const Due due = due_[port].front();
    due_[port].pop_front();
    if (!due.write && due.data != rdata) {
        violated("read", port_name(port) + " read " + hex(rdata) + ", the memory holds " + hex(due.data));
    }
}

void Monitor::wide_access(uint32_t add, bool write, const uint32_t* be, const uint32_t* wdata) {
    WideDue due{write, {}};
    take_banks("the wide port", add / 4, settings_.lanes);
    ++wide_accesses_;
    for (uint32_t lane = 0; lane < settings_.lanes; ++lane) {
        const uint32_t its = (add & ~3u) + 4 * lane;
        const uint64_t offset = its - TCDM_ADDRESS;
        due.data[lane] = word(offset % tcdm_.size());
        const uint32_t enables = be[lane / 8] >> (lane % 8 * 4) & 0xF;
        // Outside the TCDM a write does nothing.
        if (write && its >= TCDM_ADDRESS && offset < tcdm_.size()) store(offset, wdata[lane], enables);
    }
    wide_due_.push_back(due);
}

void Monitor::wide_answer(const uint32_t* rdata) {
    if (wide_due_.empty()) return;  // reported by `cycle`
    const WideDue due = wide_due_.front();
    wide_due_.pop_front();
    for (uint32_t lane = 0; !due.write && lane < settings_.lanes; ++lane) {
        if (rdata[lane] != due.data[lane]) {
            violated("wide_read", "lane " + std::to_string(lane) + " of the wide port read " + hex(rdata[lane]) +
                                      ", the memory holds " + hex(due.data[lane]));
        }
    }
}

void Monitor::l2_access(uint32_t add, bool write, uint8_t be, uint64_t wdata) {
    const uint64_t offset = (add & ~7u) - L2_ADDRESS;
    const bool inside = add >= L2_ADDRESS && offset + 8 <= l2_.size();
    uint64_t value = 0;
    ++l2_accesses_;
    for (size_t i = 0; inside && i < 8; ++i) {
        value |= static_cast<uint64_t>(l2_[offset + i]) << (8 * i);
        if (write && (be >> i & 1) != 0) l2_[offset + i] = static_cast<uint8_t>(wdata >> (8 * i));
    }
    if (!write) l2_due_.push_back({now_ + settings_.l2_latency, value});
}

void Monitor::l2_answer(uint64_t rdata) {
    if (l2_due_.empty()) return;  // reported by `cycle`
    const uint64_t expected = l2_due_.front().data;
    l2_due_.pop_front();
    if (expected != rdata) violated("l2_read", "the DMA read " + hex(rdata) + ", L2 holds " + hex(expected));
}

void Monitor::trigger(uint32_t id) {
    uint32_t core = 0;
    while (core < kMaxCores && (id >> core & 1) == 0) ++core;
    if (core < kMaxCores) jobs_.push_back({core, now_, 0, 0, false});
}

void Monitor::clear() {
    for (JobTimes& job : jobs_) job.cleared = job.cleared || job.event == 0;
}

void Monitor::compare(const char* rule, const std::vector<uint8_t>& model, const std::vector<uint8_t>& actual,
                      uint32_t base) {
    const auto where = std::mismatch(model.begin(), model.end(), actual.begin(), actual.end());
    if (where.first == model.end()) return;
    const auto offset = static_cast<uint64_t>(where.first - model.begin());
    violated(rule, "byte " + hex(base + offset) + " is " + hex(actual[offset]) + ", the accesses left " +
                       hex(model[offset]));
}

void Monitor::finish(const std::vector<uint8_t>& tcdm, const std::vector<uint8_t>& l2) {
    compare("tcdm", tcdm_, tcdm, TCDM_ADDRESS);
    compare("l2", l2_, l2, L2_ADDRESS);
}

}  // namespace cluster

extern "C" {

void cluster_cycle(unsigned req, unsigned gnt, unsigned rvalid, unsigned ratio, unsigned char wide, unsigned char l2,
                   unsigned events, unsigned asleep) {
    cluster::monitor().cycle(req, gnt, rvalid, ratio, wide, l2, events, asleep);
}

void cluster_log_access(unsigned port, unsigned word, unsigned char kind, unsigned char be, unsigned wdata) {
    cluster::monitor().log_access(port, word, (kind & 1) != 0, (kind & 2) != 0, be, wdata);
}

void cluster_log_answer(unsigned port, unsigned rdata) { cluster::monitor().log_answer(port, rdata); }

void cluster_wide_access(unsigned add, unsigned char we, const svBitVecVal* be, const svBitVecVal* wdata) {
    cluster::monitor().wide_access(add, we != 0, be, wdata);
}

void cluster_wide_answer(const svBitVecVal* rdata) { cluster::monitor().wide_answer(rdata); }

void cluster_l2_access(unsigned add, unsigned char we, unsigned char be, unsigned long long wdata) {
    cluster::monitor().l2_access(add, we != 0, be, wdata);
}

void cluster_l2_answer(unsigned long long rdata) { cluster::monitor().l2_answer(rdata); }

void cluster_rival(unsigned port, unsigned word) { cluster::monitor().rival(port, word); }

void cluster_dma_access(unsigned offset, unsigned char we, unsigned wdata, unsigned id) {
    cluster::monitor().dma_access(offset, we != 0, wdata, id);
}

void cluster_accelerator_write(unsigned offset, unsigned id) {
    if (offset == REDMULE_TRIGGER_OFFSET) cluster::monitor().trigger(id);
    if (offset == REDMULE_SOFT_CLEAR_OFFSET) cluster::monitor().clear();
}
}
