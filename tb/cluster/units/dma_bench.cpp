// SPDX-License-Identifier: Apache-2.0
// The DMA under random transfers, beside a wide port that takes banks from it; memories, answers and events against a
// model. Amount: transfers.
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "backdoor.h"
#include "constants.h"
#include "unit.h"

namespace {

constexpr uint32_t kTcdm = TCDM_ADDRESS, kL2 = L2_ADDRESS, kTcdmBytes = 4096, kL2Bytes = 8192, kBanks = 16;
constexpr uint32_t kSrc = DMA_SRC_OFFSET, kStart = DMA_START_OFFSET, kStatus = DMA_STATUS_OFFSET,
                   kDone = DMA_DONE_OFFSET, kSets = DMA_ROWS_OFFSET / 4 + 1;
constexpr uint32_t kFull = 0xFFFFFFFF, kRefused = 0xFFFFFFFE;

struct Transfer {
    uint32_t src, dst, length, src_stride, dst_stride, rows;
};

class DmaBench : public unit::Bench {
   public:
    DmaBench(int argc, char** argv) : Bench(argc, argv), tcdm_(kTcdmBytes), l2_(kL2Bytes) {
        for (uint32_t b = 0; b < kBanks; ++b) {
            const std::string bank = "TOP.dma_bench.i_tcdm.gen_banks[" + std::to_string(b) + "].i_bank";
            banks_.push_back(cluster::variable<uint8_t>(context_, bank, "mem"));
        }
        l2_memory_ = cluster::variable<uint8_t>(context_, "TOP.dma_bench.i_l2", "mem");
        for (uint32_t i = 0; i < kTcdmBytes; ++i) tcdm_[i] = *tcdm_byte(i) = static_cast<uint8_t>(random_.next());
        for (uint32_t i = 0; i < kL2Bytes; ++i) l2_[i] = l2_memory_[i] = static_cast<uint8_t>(random_.next());
        reset();
    }

    void run(uint64_t transfers) {
        for (uint64_t i = 0; i < transfers && !failed(); ++i) {
            disturb_ = random_.below(3) * 45;
            start(1u << random_.below(2), random_transfer());
            if (random_.chance(30)) drain();
        }
        drain();
        registers();
        refuse();
        fill_the_queue();
        speed();
    }

   private:
    std::vector<uint8_t> tcdm_, l2_;  // as the transfers started so far leave them
    std::vector<uint8_t*> banks_;
    uint8_t* l2_memory_;
    std::deque<uint32_t> cores_;  // of the transfers under way, by their ids
    uint32_t started_ = 0, ended_ = 0, disturb_ = 0, idle_events_ = 0, pauses_ = 16;
    bool waiting_ = false;   // the wide port, for its grant
    bool starting_ = false;  // START is read in this cycle, and will not be refused
    // Accesses of the DMA to the TCDM (of 32 bits) and to L2 (of 64): those seen, and those that the transfers need.
    uint64_t words_ = 0, beats_ = 0, needed_words_ = 0, needed_beats_ = 0;

    uint8_t* tcdm_byte(uint32_t offset) {
        const uint32_t word = offset / 4;
        return banks_[word % kBanks] + 4 * (word / kBanks) + offset % 4;
    }

    void cycle() {
        if (!waiting_) {
            dut_.wide_req_i = random_.chance(disturb_);
            dut_.wide_add_i = kTcdm + 4 * random_.below(kTcdmBytes / 4);
        }
        settle();
        waiting_ = dut_.wide_req_i != 0 && dut_.wide_gnt_o == 0;
        // Events as the rising edge sees them: [core][0] in bits 0 and 2, [core][1] in bits 1 and 3.
        const uint32_t evt = dut_.evt_o;
        if ((evt & 5) != 0) {
            const uint32_t core = (evt & 1) != 0 ? 1 : 2;
            if (cores_.empty() || cores_.front() != core || (evt & 5) == 5) {
                error("event", "an event to the wrong core");
            } else {
                cores_.pop_front();
                ++ended_;
            }
        }
        if ((evt & 10) != 0) {
            ++idle_events_;
            if ((evt & 10) != 10 || !cores_.empty() || starting_) error("idle_event", "an idle event that is none");
        }
        words_ += (dut_.tcdm_granted_o & 1) + (dut_.tcdm_granted_o >> 1);
        beats_ += dut_.l2_granted_o;
        edge();
    }

    uint32_t access(uint32_t offset, bool write, uint32_t data, uint32_t id, uint32_t be = 0xF) {
        dut_.req_i = 1;
        dut_.add_i = DMA_ADDRESS - PERIPHERALS_ADDRESS + offset;
        dut_.we_i = write;
        dut_.be_i = be;
        dut_.wdata_i = data;
        dut_.id_i = id;
        cycle();
        dut_.req_i = 0;
        return dut_.rdata_o;
    }

    Transfer random_transfer() {
        const bool from_l2 = random_.chance(50), to_l2 = random_.chance(40);
        Transfer t{};
        t.length = random_.chance(10) ? 0 : random_.chance(20) ? 8 * random_.below(20) : random_.below(100);
        t.rows = random_.chance(40) ? 1 : random_.below(7);
        t.src_stride = t.length + random_.below(40);
        t.dst_stride = t.length + random_.below(40);
        // Within one memory from the lower half to the upper one, so that they do not meet.
        t.src = (from_l2 ? kL2 : kTcdm) + random_.below(1000);
        t.dst = (to_l2 ? kL2 + kL2Bytes / 2 : kTcdm + kTcdmBytes / 2) + random_.below(1000);
        // Now and then beyond the end of a memory.
        const uint32_t beyond = random_.below(10), before = 1 + random_.below(200);
        if (beyond == 0) t.dst = (to_l2 ? kL2 + kL2Bytes : kTcdm + kTcdmBytes) - before;
        if (beyond == 1 && from_l2) t.src = kL2 + kL2Bytes - before;
        return t;
    }

    // Bytes outside of a memory are not written; those of L2 read 0.
    uint8_t* model(uint32_t address) {
        if (address >= kL2) return address - kL2 < kL2Bytes ? &l2_[address - kL2] : nullptr;
        return address - kTcdm < kTcdmBytes ? &tcdm_[address - kTcdm] : nullptr;
    }

    // A row's accesses: to each word, or to each double word of L2, that it has a byte of.
    void need(uint32_t address, uint32_t length) {
        const uint32_t last = address + length - 1;
        if (address >= kL2) {
            needed_beats_ += last / 8 - address / 8 + 1;
        } else {
            needed_words_ += last / 4 - address / 4 + 1;
        }
    }

    uint32_t program(uint32_t id, const Transfer& t) {
        const uint32_t words[] = {t.src, t.dst, t.length, t.src_stride, t.dst_stride, t.rows};
        for (uint32_t i = 0; i < 6; ++i) access(kSrc + 4 * i, true, words[i], id);
        // The other core's set is another one.
        if (access(kSrc, false, 0, id) != t.src) error("register", "a register does not read as written");
        // Also at the very end of the transfer before.
        for (uint32_t pause = random_.below(pauses_); pause != 0; --pause) cycle();
        return read_start(id, model(t.src) != nullptr && model(t.dst) != nullptr);
    }

    uint32_t read_start(uint32_t id, bool legal) {
        starting_ = legal;
        const uint32_t number = access(kStart, false, 0, id);
        starting_ = false;
        return number;
    }

    void start(uint32_t id, const Transfer& t) {
        uint32_t number = program(id, t);
        for (uint32_t i = 0; number == kFull && i < 20000; ++i) number = read_start(id, true);
        if (number != (started_ & 0xFF)) error("start", "START answers " + std::to_string(number));
        ++started_;
        cores_.push_back(id);
        for (uint32_t r = 0; r < t.rows && t.length != 0; ++r) {
            const uint32_t src = t.src + r * t.src_stride, dst = t.dst + r * t.dst_stride;
            need(src, t.length);
            need(dst, t.length);
            for (uint32_t i = 0; i < t.length; ++i) {
                const uint8_t* from = model(src + i);
                uint8_t* to = model(dst + i);
                if (to != nullptr) *to = from != nullptr ? *from : 0;
            }
        }
        progress();
    }

    // DONE and STATUS at any time, by the events so far.
    void progress() {
        const uint32_t ended = ended_;
        if (access(kDone, false, 0, 1) != (ended & 0xFF)) error("done", "DONE does not count the transfers");
        const uint32_t under_way = started_ - ended_;
        if (access(kStatus, false, 0, 2) != under_way) error("status", "STATUS does not count what is under way");
    }

    void drain() {
        const uint32_t events = idle_events_;
        const bool busy = !cores_.empty();
        for (uint32_t i = 0; i < 20000 && access(kStatus, false, 0, 1) != 0; ++i) {
        }
        if (!cores_.empty()) error("end", std::to_string(cores_.size()) + " transfers have not ended");
        if (busy && idle_events_ != events + 1) error("idle_event", "not one idle event");
        if (access(kDone, false, 0, 2) != (started_ & 0xFF)) error("done", "DONE does not count the transfers");
        for (uint32_t i = 0; i < kTcdmBytes && !failed(); ++i) {
            if (*tcdm_byte(i) != tcdm_[i]) error("memory", "byte " + std::to_string(i) + " of the TCDM is wrong");
        }
        for (uint32_t i = 0; i < kL2Bytes && !failed(); ++i) {
            if (l2_memory_[i] != l2_[i]) error("memory", "byte " + std::to_string(i) + " of L2 is wrong");
        }
        if (words_ != needed_words_ || beats_ != needed_beats_) {
            error("accesses", std::to_string(words_) + " to the TCDM and " + std::to_string(beats_) + " to L2 for " +
                                  std::to_string(needed_words_) + " and " + std::to_string(needed_beats_));
        }
    }

    // Registers under random accesses of both cores, of nobody and of two at once.
    void registers() {
        std::array<std::array<uint32_t, kSets>, 2> sets{};
        for (uint32_t c = 0; c < 2; ++c) {
            for (uint32_t i = 0; i < kSets; ++i) access(kSrc + 4 * i, true, 0, 1u << c);
        }
        for (uint32_t n = 0; n < 1000; ++n) {
            const uint32_t id = random_.below(4), offset = 4 * random_.below(random_.chance(80) ? 9 : 512);
            const uint32_t index = offset / 4;
            const bool legal = id == 1 || id == 2, own = legal && index < kSets;
            if (random_.chance(50)) {
                const uint32_t data = random_.next(), be = random_.below(16), mask = unit::enabled_bits(be);
                access(offset, true, data, id, be);
                if (own) sets[id - 1][index] = (sets[id - 1][index] & ~mask) | (data & mask);
            } else if (offset != kStart || !legal) {
                const uint32_t expected = own ? sets[id - 1][index] : legal && offset == kDone ? ended_ & 0xFF : 0;
                if (access(offset, false, 0, id) != expected) error("register", "a register does not read as written");
            }
        }
        drain();
    }

    void refuse() {
        for (const uint32_t wrong : {kTcdm - 4, kTcdm + kTcdmBytes, kL2 - 1, kL2 + kL2Bytes, 0u, uint32_t{PERIPHERALS_ADDRESS}}) {
            if (program(1, {wrong, kTcdm, 4, 4, 4, 1}) != kRefused) error("refused", "a wrong source is not refused");
            if (program(2, {kL2, wrong, 4, 4, 4, 1}) != kRefused) error("refused", "a wrong destination is not refused");
        }
        // Neither nobody nor two at once start anything.
        if (read_start(0, false) != 0 || read_start(3, false) != 0) {
            error("register", "an access without one core is not ignored");
        }
        drain();
    }

    void fill_the_queue() {
        const Transfer slow{kL2, kTcdm + 2048, 1024, 0, 0, 1};
        pauses_ = 1;
        for (uint32_t i = 0; i < 8; ++i) {
            start(1, slow);
            if (started_ - ended_ != i + 1) error("full", "the queue does not take eight");
        }
        if (access(kStart, false, 0, 1) != kFull) error("full", "a ninth transfer is not refused");
        drain();
    }

    // Eight bytes a cycle, in both directions, also where source and destination are aligned differently.
    void speed() {
        disturb_ = 0;
        for (const uint32_t to_l2 : {0u, 1u}) {
            for (const uint32_t shift : {0u, 3u}) {
                const uint32_t src = to_l2 ? kTcdm : kL2, dst = to_l2 ? kL2 + 4096 : kTcdm + 2048;
                start(1, {src + shift, dst, 1600, 0, 0, 1});
                const uint64_t begin = cycle_;
                while (!cores_.empty() && cycle_ < begin + 5000) cycle();
                if (cycle_ - begin > 1600 / 8 + 30) error("speed", "1600 bytes took " + std::to_string(cycle_ - begin));
                drain();
            }
        }
    }
};

}  // namespace

int main(int argc, char** argv) { return unit::run<DmaBench>(argc, argv); }
