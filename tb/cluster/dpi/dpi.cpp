// SPDX-License-Identifier: Apache-2.0
// The session of a bench: driven by cluster_tb through DPI, started and read by Python (tb/cluster/agent.py).
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "session.h"
#include "svdpi.h"
#include "verilated.h"

namespace {

// cocotb makes the model without a name.
const std::string kTop = "cluster_tb.i_system.";

cluster::Session& session() {
    static cluster::Session instance;
    return instance;
}

std::string said;    // what Python reads next; stays until then
bool reported = true;  // whether Python knows that the session is over

const uint8_t* give(const std::vector<uint8_t>& bytes, uint64_t* size) {
    *size = bytes.size();
    return bytes.data();
}

}  // namespace

extern "C" {

// ---- DPI, called by cluster_tb

svBit cluster_host(svBit gnt, svBit rvalid, unsigned rdata, svBit eoc, unsigned trapped, unsigned returned,
                   unsigned asleep, svBit* rst_n, svBit* req, svBit* we, unsigned* add, unsigned* wdata) {
    const cluster::HostOutputs out =
        session().step({gnt != 0, rvalid != 0, eoc != 0, rdata, trapped, returned, asleep});
    *rst_n = out.rst_n;
    *req = out.req;
    *we = out.we;
    *add = out.add;
    *wdata = out.wdata;
    if (!session().over() || reported) return 0;
    reported = true;
    return 1;
}

// ---- Python, called through ctypes

// Begins a program; returns why it cannot, or nothing.
const char* cluster_py_begin(const uint8_t* request, uint64_t size) {
    try {
        session().begin(*Verilated::threadContextp(), kTop, cluster::read_request(request, size));
        reported = false;
    } catch (const std::exception& error) {
        said = error.what();
        return said.c_str();
    }
    return nullptr;
}

const char* cluster_py_report() {
    said = session().report();
    return said.c_str();
}

const uint8_t* cluster_py_tcdm(uint64_t* size) { return give(session().tcdm(), size); }
const uint8_t* cluster_py_l2(uint64_t* size) { return give(session().l2(), size); }
}
