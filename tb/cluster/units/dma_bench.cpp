// SPDX-License-Identifier: Apache-2.0
// The DMA under random transfers, beside a wide port that takes banks from it; memories, answers and events against a
// model. Amount: transfers.
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "backdoor.h"
#include "unit.h"

namespace {

constexpr uint32_t kTcdm = 0x10000000, kL2 = 0x1C000000, kTcdmBytes = 4096, kL2Bytes = 8192, kBanks = 16;
constexpr uint32_t kSrc = 0x00, kStart = 0x18, kStatus = 0x1C, kDone = 0x20;
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
        refuse();
        fill_the_queue();
        speed();
    }

   private:
    std::vector<uint8_t> tcdm_, l2_;  // as the transfers started so far leave them
    std::vector<uint8_t*> banks_;
    uint8_t* l2_memory_;
    std::deque<uint32_t> cores_;  // of the transfers under way, by their ids
    uint32_t started_ = 0, disturb_ = 0, idle_events_ = 0;

    uint8_t* tcdm_byte(uint32_t offset) {
        const uint32_t word = offset / 4;
        return banks_[word % kBanks] + 4 * (word / kBanks) + offset % 4;
    }

    void cycle() {
        dut_.wide_req_i = random_.chance(disturb_);
        dut_.wide_add_i = kTcdm + 4 * random_.below(kTcdmBytes / 4);
        settle();
        // Events as the rising edge sees them: [core][0] in bits 0 and 2, [core][1] in bits 1 and 3.
        const uint32_t evt = dut_.evt_o;
        if ((evt & 5) != 0) {
            const uint32_t core = (evt & 1) != 0 ? 1 : 2;
            if (cores_.empty() || cores_.front() != core || (evt & 5) == 5) {
                error("event", "an event to the wrong core");
            } else {
                cores_.pop_front();
            }
        }
        if ((evt & 10) != 0) {
            ++idle_events_;
            if ((evt & 10) != 10 || !cores_.empty()) error("idle_event", "an idle event that is none");
        }
        edge();
    }

    uint32_t access(uint32_t offset, bool write, uint32_t data, uint32_t id) {
        dut_.req_i = 1;
        dut_.add_i = 0x1800 + offset;
        dut_.we_i = write;
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
        return t;
    }

    uint8_t& model(uint32_t address) {
        return address >= kL2 ? l2_[(address - kL2) % kL2Bytes] : tcdm_[(address - kTcdm) % kTcdmBytes];
    }

    uint32_t program(uint32_t id, const Transfer& t) {
        const uint32_t words[] = {t.src, t.dst, t.length, t.src_stride, t.dst_stride, t.rows};
        for (uint32_t i = 0; i < 6; ++i) access(kSrc + 4 * i, true, words[i], id);
        // The other core's set is another one.
        if (access(kSrc, false, 0, id) != t.src) error("register", "a register does not read as written");
        return access(kStart, false, 0, id);
    }

    void start(uint32_t id, const Transfer& t) {
        uint32_t number = program(id, t);
        for (uint32_t i = 0; number == kFull && i < 20000; ++i) number = access(kStart, false, 0, id);
        if (number != (started_ & 0xFF)) error("start", "START answers " + std::to_string(number));
        ++started_;
        cores_.push_back(id);
        for (uint32_t r = 0; r < t.rows; ++r) {
            for (uint32_t i = 0; i < t.length; ++i) {
                model(t.dst + r * t.dst_stride + i) = model(t.src + r * t.src_stride + i);
            }
        }
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
    }

    void refuse() {
        for (const uint32_t wrong : {kTcdm - 4, kTcdm + kTcdmBytes, kL2 - 1, kL2 + kL2Bytes, 0u, 0x10200000u}) {
            if (program(1, {wrong, kTcdm, 4, 4, 4, 1}) != kRefused) error("refused", "a wrong source is not refused");
            if (program(2, {kL2, wrong, 4, 4, 4, 1}) != kRefused) error("refused", "a wrong destination is not refused");
        }
        // Neither nobody nor two at once start anything.
        if (program_as(0) != 0 || program_as(3) != 0) error("register", "an access without one core is not ignored");
        drain();
    }

    uint32_t program_as(uint32_t id) { return access(kStart, false, 0, id); }

    void fill_the_queue() {
        const Transfer slow{kL2, kTcdm + 2048, 1024, 0, 0, 1};
        for (uint32_t i = 0; i < 8; ++i) {
            start(1, slow);
            if (access(kStatus, false, 0, 1) != i + 1) error("status", "STATUS does not count what is under way");
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
