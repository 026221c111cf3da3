// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <tuple>

#include "backdoor.h"
#include "constants.h"
#include "monitor.h"
#include "peripherals.h"

namespace cluster {

namespace {

// Reads little-endian words one after the other.
class Reader {
   public:
    Reader(const uint8_t* bytes, size_t size) : at_(bytes), left_(size) {}

    void bytes(void* to, size_t count) {
        if (count > left_) throw std::runtime_error("the request ends early");
        if (count != 0) std::memcpy(to, at_, count);
        at_ += count;
        left_ -= count;
    }

    uint32_t word() {
        uint32_t value = 0;
        bytes(&value, sizeof value);
        return value;
    }

    // A count of things of `size` bytes at least, which must be there: a wrong one allocates nothing.
    uint32_t count(size_t size) {
        const uint32_t value = word();
        if (value > left_ / size) throw std::runtime_error("the request ends early");
        return value;
    }

   private:
    const uint8_t* at_;
    size_t left_;
};

bool put(const Request::Block& block, uint32_t base, std::vector<uint8_t>& memory) {
    const uint64_t offset = static_cast<uint64_t>(block.address) - base;
    if (block.address < base || offset + block.bytes.size() > memory.size()) return false;
    std::copy(block.bytes.begin(), block.bytes.end(), memory.begin() + static_cast<std::ptrdiff_t>(offset));
    return true;
}

template <typename List>
std::string list(const List& values, size_t begin, size_t count) {
    std::string text;
    for (size_t i = begin; i < begin + count; ++i) text += (i == begin ? "" : ", ") + std::to_string(values[i]);
    return "[" + text + "]";
}

// Names of rules and what they say of numbers: neither has a quote or a backslash.
std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

Request read_request(const uint8_t* bytes, size_t size) {
    Reader reader(bytes, size);
    Request request;
    for (uint32_t* field : {&request.cores, &request.banks, &request.lanes, &request.tcdm_bytes, &request.l2_bytes,
                            &request.code_bytes, &request.l2_latency, &request.limit}) {
        *field = reader.word();
    }
    request.writes.resize(reader.count(8));
    for (auto& [offset, data] : request.writes) {
        offset = reader.word();
        data = reader.word();
    }
    request.blocks.resize(reader.count(8));
    for (Request::Block& block : request.blocks) {
        block.address = reader.word();
        block.bytes.resize(reader.count(1));
        reader.bytes(block.bytes.data(), block.bytes.size());
    }
    return request;
}

Backdoor::Backdoor(VerilatedContext& context, const std::string& top, const Request& shape)
    : tcdm_bytes_(shape.tcdm_bytes), l2_bytes_(shape.l2_bytes), code_bytes_(shape.code_bytes) {
    for (uint32_t b = 0; b < shape.banks; ++b) {
        const std::string bank = "i_cluster.i_tcdm.gen_banks[" + std::to_string(b) + "].i_bank";
        banks_.push_back(variable<uint8_t>(context, top + bank, "mem"));
    }
    l2_ = variable<uint8_t>(context, top + "i_l2", "mem");
    code_ = variable<uint8_t>(context, top + "i_code", "mem");
    for (uint32_t c = 0; c < shape.cores; ++c) {
        const std::string core = "i_cluster.gen_cores[" + std::to_string(c) + "].i_core.";
        pcs_.push_back(variable<uint32_t>(context, top + core + "i_cv32e40p.core_i.id_stage_i", "pc_id_i"));
    }
}

uint8_t* Backdoor::tcdm_word(size_t byte) const {
    const size_t word = byte / 4;
    return banks_[word % banks_.size()] + 4 * (word / banks_.size());
}

void Backdoor::load(const Request& request, std::vector<uint8_t>& tcdm, std::vector<uint8_t>& l2) {
    std::vector<uint8_t> code(code_bytes_);
    tcdm.assign(tcdm_bytes_, 0);
    l2.assign(l2_bytes_, 0);
    for (const Request::Block& block : request.blocks) {
        if (!put(block, TCDM_ADDRESS, tcdm) && !put(block, L2_ADDRESS, l2) && !put(block, CODE_ADDRESS, code)) {
            throw std::runtime_error("a block of the request lies outside the memories");
        }
    }
    for (size_t i = 0; i < tcdm.size(); i += 4) std::memcpy(tcdm_word(i), &tcdm[i], 4);
    std::memcpy(l2_, l2.data(), l2.size());
    std::memcpy(code_, code.data(), code.size());
}

std::vector<uint8_t> Backdoor::tcdm() const {
    std::vector<uint8_t> bytes(tcdm_bytes_);
    for (size_t i = 0; i < bytes.size(); i += 4) std::memcpy(&bytes[i], tcdm_word(i), 4);
    return bytes;
}

std::vector<uint8_t> Backdoor::l2() const { return {l2_, l2_ + l2_bytes_}; }

std::vector<uint32_t> Backdoor::pcs() const {
    std::vector<uint32_t> values;
    for (const uint32_t* pc : pcs_) values.push_back(*pc);
    return values;
}

void Session::begin(VerilatedContext& context, const std::string& top, Request request) {
    request_ = std::move(request);
    backdoor_.assign(1, Backdoor(context, top, request_));
    std::vector<uint8_t> tcdm, l2;
    backdoor_[0].load(request_, tcdm, l2);
    // Of the DMA's two ports one has the even words, the other one the odd ones: never a bank in common.
    const uint32_t rivals = request_.cores;
    monitor().start({request_.cores, request_.lanes, request_.l2_latency, request_.banks, rivals}, std::move(tcdm),
                    std::move(l2));
    const auto report = [](const char* rule, const std::string& detail) { monitor().violated(rule, detail); };
    peripherals().start(request_.cores, report);
    questions_.assign(1, CONTROL_UNIT_BUS_ERRORS_OFFSET);
    for (uint32_t core = 0; core < request_.cores; ++core) {
        for (const uint32_t first : {CONTROL_UNIT_TRAP_CAUSE_OFFSET, CONTROL_UNIT_TRAP_PC_OFFSET, CONTROL_UNIT_ERROR_ADD_OFFSET}) {
            questions_.push_back(first + 4 * core);
        }
    }
    answers_.clear();
    stuck_.clear();
    out_ = HostOutputs();
    cycles_ = 0;
    enter(Phase::kReset);
}

void Session::enter(Phase phase) {
    phase_ = phase;
    count_ = 0;
    position_ = 0;
    waited_ = 0;
    out_.req = false;
}

HostOutputs Session::step(const HostInputs& in) {
    switch (phase_) {
        case Phase::kIdle:
        case Phase::kOver:
            break;
        case Phase::kReset:
            if (++count_ < RESET_CYCLES) break;
            out_.rst_n = true;
            enter(Phase::kRun);
            offer_write();
            break;
        case Phase::kRun: {
            const bool free = !out_.req || in.gnt;  // a request holds until its grant, also when the program has ended
            ++cycles_;
            if (overdue(free, "granted")) {
                close(in);
                break;
            }
            if (!free) break;
            if (out_.req) ++position_;
            offer_write();
            if (cycles_ >= request_.limit || in.eoc || in.trapped != 0) enter(Phase::kDrain);
            break;
        }
        case Phase::kDrain:
            if (++count_ < kDrainCycles) break;
            enter(Phase::kAsk);
            ask();
            break;
        case Phase::kAsk:
            if (overdue(out_.req ? in.gnt : in.rvalid, out_.req ? "granted" : "answered")) {
                close(in);
                break;
            }
            if (out_.req && in.gnt) {
                out_.req = false;
            } else if (in.rvalid) {
                answers_.push_back(in.rdata);
                ask();
            }
            if (answers_.size() == questions_.size()) close(in);
            break;
        case Phase::kSettle:
            if (++count_ < kSettleCycles) break;
            finish();
            enter(Phase::kOver);
            break;
    }
    return out_;
}

// True if the host's access has waited for too long: notes it, and gives it up.
bool Session::overdue(bool moved, const char* what) {
    if (moved) waited_ = 0;
    if (moved || ++waited_ < kHostCycles) return false;
    char address[16];
    std::snprintf(address, sizeof address, "0x%08x", PERIPHERALS_ADDRESS + out_.add);
    stuck_ = std::string("the host's ") + (out_.we ? "write to " : "read of ") + address + " was not " + what + " in " +
             std::to_string(kHostCycles) + " cycles";
    return true;
}

// Takes down how the program ended, and resets the cluster.
void Session::close(const HostInputs& in) {
    last_ = in;
    pcs_ = backdoor_[0].pcs();
    answers_.resize(questions_.size());  // what nobody answered
    // Nothing moves in reset: what the model of the memories and the memories hold can be compared.
    out_.rst_n = false;
    enter(Phase::kSettle);
}

// One write of the host in each cycle that the bus has for it.
void Session::offer_write() {
    out_.req = position_ < request_.writes.size();
    out_.we = true;
    if (out_.req) std::tie(out_.add, out_.wdata) = request_.writes[position_];
}

void Session::ask() {
    out_.req = answers_.size() < questions_.size();
    out_.we = false;
    if (out_.req) out_.add = questions_[answers_.size()];
}

void Session::finish() {
    tcdm_ = backdoor_[0].tcdm();
    l2_ = backdoor_[0].l2();
    monitor().finish(tcdm_, l2_);
}

std::string Session::report(double seconds) const {
    const Monitor& seen = monitor();
    std::vector<uint32_t> causes, trap_pcs, errors;
    for (size_t at = 1; at + 3 <= answers_.size(); at += 3) {
        causes.push_back(answers_[at]);
        trap_pcs.push_back(answers_[at + 1]);
        errors.push_back(answers_[at + 2]);
    }
    const size_t cores = causes.size(), ports = cores + 2;
    const Seen& what = seen.seen();
    const std::vector<uint32_t> transfers(what.transfers.begin(), what.transfers.end());
    const auto bound = [](uint32_t cycles) { return cycles == UINT32_MAX ? "null" : std::to_string(cycles); };
    std::string jobs, findings;
    for (const JobTimes& job : seen.jobs()) {
        jobs += (jobs.empty() ? "" : ", ") + std::string("{\"core\": ") + std::to_string(job.core) +
                ", \"trigger\": " + std::to_string(job.trigger) + ", \"event\": " + std::to_string(job.event) +
                ", \"wake\": " + std::to_string(job.wake) + ", \"cleared\": " + (job.cleared ? "true" : "false") + "}";
    }
    for (const Finding& finding : seen.findings()) {
        findings += (findings.empty() ? "" : ", ") + std::string("{\"cycle\": ") + std::to_string(finding.cycle) +
                    ", \"rule\": " + quoted(finding.rule) + ", \"detail\": " + quoted(finding.detail) + "}";
    }
    return "{\"host\": " + quoted(stuck_) + ", \"cycles\": " + std::to_string(cycles_) +
           ", \"seconds\": " + std::to_string(seconds) + ", \"ended\": " + (last_.eoc ? "true" : "false") + ", \"return\": " + std::to_string(last_.returned) +
           ", \"trapped\": " + std::to_string(last_.trapped) + ", \"asleep\": " + std::to_string(last_.asleep) +
           ", \"pcs\": " + list(pcs_, 0, pcs_.size()) + ", \"trap_causes\": " + list(causes, 0, cores) +
           ", \"trap_pcs\": " + list(trap_pcs, 0, cores) + ", \"error_addresses\": " + list(errors, 0, cores) +
           ", \"bus_errors\": " + std::to_string(answers_.empty() ? 0 : answers_[0]) +
           ", \"accesses\": " + list(seen.accesses(), 0, ports) + ", \"waits\": " + list(seen.waits(), 0, ports) +
           ", \"wide_accesses\": " + std::to_string(seen.wide_accesses()) +
           ", \"wide_waits\": " + std::to_string(seen.wide_waits()) +
           ", \"l2_accesses\": " + std::to_string(seen.l2_accesses()) +
           ", \"conflicts\": " + list(what.conflicts, 0, 2) + ", \"rivals\": " + list(what.rivals, 0, 3) +
           ", \"longest\": " + list(what.longest, 0, ports) + ", \"longest_wide\": " +
           std::to_string(what.longest_wide) + ", \"log_bound\": " + bound(seen.log_bound()) + ", \"wide_bound\": " +
           bound(seen.wide_bound()) + ", \"events\": " + list(peripherals().events(), 0, cores) + ", \"woken\": " +
           list(peripherals().woken(), 0, cores) + ", \"transfers\": " + list(transfers, 0, transfers.size()) +
           ", \"violations\": " + std::to_string(seen.violations()) + ", \"jobs\": [" + jobs + "], \"findings\": [" +
           findings + "]}";
}

}  // namespace cluster
