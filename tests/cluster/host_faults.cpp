// SPDX-License-Identifier: Apache-2.0
// The host of a cluster on a bus that stops: which never grants a write or a question, or never answers one.
//
// usage: faults <case>. Writes the report of the session to the standard output.
#include <cstdint>
#include <cstdio>
#include <string>

#include "session.h"
#include "verilated.h"

namespace {

constexpr uint64_t kEnd = 200;    // cycle in which the program has ended
constexpr uint64_t kMost = 5000;  // far behind the session's end, whatever stops
constexpr uint32_t kControlUnit = 0x000, kTeam = 0xA20;

cluster::Request request() {
    cluster::Request made;
    made.cores = 2;
    made.banks = 2;
    made.lanes = 9;
    made.tcdm_bytes = made.l2_bytes = made.code_bytes = 4096;
    made.l2_latency = 20;
    made.limit = 10000;
    made.writes = {{kControlUnit + 0x10, 1}, {kTeam, 3}};
    return made;
}

// Cases: one grants an access or not, and answers one or not.
bool grants(const std::string& stuck, const cluster::HostOutputs& out) {
    return !(stuck == "write" && out.we && out.add == kTeam) && !(stuck == "question" && !out.we);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string stuck = argc == 2 ? argv[1] : "";
    VerilatedContext context;
    cluster::Session session;
    session.begin(context, "top.", request());
    cluster::HostOutputs out;
    bool answer = false;
    for (uint64_t cycle = 0; cycle < kMost && !session.over(); ++cycle) {
        const bool grant = out.req && grants(stuck, out);
        const bool ended = cycle >= kEnd && stuck != "write";  // no program runs before the host has written all
        out = session.step({grant, answer, ended, 0, 0, 0, 0});
        answer = grant && stuck != "answer";
    }
    if (!session.over()) return 1;
    std::printf("%s\n", session.report().c_str());
    return 0;
}
