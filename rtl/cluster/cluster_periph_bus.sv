// SPDX-License-Identifier: Apache-2.0
// Peripheral bus: one access a cycle, of the cores and of the port from outside round robin. A target may let its
// grant wait, and answers in the cycle after it. An offset without a target is granted and answered.

module cluster_periph_bus
  import cluster_pkg::*;
#(
  parameter int unsigned MASTERS = 9,
  parameter int unsigned TARGETS = 5,
  // first and last offset of each target, target 0 first from the right
  parameter logic [TARGETS-1:0][13:0] FIRST = '0,
  parameter logic [TARGETS-1:0][13:0] LAST  = '0
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // masters
  input  logic [MASTERS-1:0]        req_i,
  output logic [MASTERS-1:0]        gnt_o,
  input  periph_req_t [MASTERS-1:0] access_i,
  output logic [MASTERS-1:0]        rvalid_o,
  output logic [31:0]               rdata_o,  // for the one whose rvalid_o is high
  // targets
  output logic [TARGETS-1:0]        req_o,
  input  logic [TARGETS-1:0]        gnt_i,
  output periph_req_t               access_o,
  input  logic [TARGETS-1:0][31:0]  rdata_i
);

  logic        [MASTERS-1:0] chosen, owner_q;
  logic        [TARGETS-1:0] target, target_q;
  logic                      granted;

  // The choice stays with a master until its access is granted: its request must not change meanwhile.
  logic        [MASTERS-1:0] held_q, offered;

  assign offered = (held_q != '0) ? held_q : req_i;

  cluster_rr_arbiter #(
    .N(MASTERS)
  ) i_arbiter (
    .clk_i,
    .rst_ni,
    .enable_i(1'b1),
    .req_i   (offered),
    .gnt_o   (chosen)
  );

  always_comb begin
    access_o = '0;
    for (int unsigned m = 0; m < MASTERS; m++) access_o |= chosen[m] ? access_i[m] : '0;
    for (int unsigned t = 0; t < TARGETS; t++) begin
      target[t] = access_o.add >= FIRST[t] && access_o.add <= LAST[t];
    end
    req_o = (chosen != '0) ? target : '0;
  end

  always_comb begin
    granted = chosen != '0 && (target == '0 || (target & gnt_i) != '0);
    gnt_o   = granted ? chosen : '0;
  end

  always_comb begin
    rvalid_o = owner_q;
    rdata_o  = (target_q == '0) ? NO_TARGET : '0;
    for (int unsigned t = 0; t < TARGETS; t++) rdata_o |= target_q[t] ? rdata_i[t] : '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q   <= '0;
      owner_q  <= '0;
      target_q <= '0;
    end else begin
      held_q   <= granted ? '0 : chosen;
      owner_q  <= gnt_o;
      target_q <= target;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_target: assert ($onehot0(target))
      else $error("two targets have the same address");
    one_answer: assert ($onehot0(rvalid_o))
      else $error("two masters are answered at a time");
    grants_a_request: assert ((gnt_o & ~req_i) == '0)
      else $error("a grant without a request");
    choice_stays: assert ($past(rst_ni && chosen != '0 && !granted) -> $stable(chosen))
      else $error("the bus went to another master before its access was granted (contract C4.1)");
    access_stays: assert ($past(rst_ni && chosen != '0 && !granted) -> $stable({access_o.add, access_o.we, access_o.be,
        access_o.id}) && (access_o.we -> $stable(access_o.wdata)))
      else $error("an access changed, or was taken back, before its grant (contract C4.1)");
    answered_in_the_next_cycle: assert ($past(rst_ni) -> rvalid_o == $past(gnt_o))
      else $error("an access is not answered one cycle after its grant (contract C2.2)");
  end
`endif

endmodule
