// SPDX-License-Identifier: Apache-2.0
// The timer's registers again, as contract C6.1 has them: what is read, and which events go out (C6.2).

module cluster_timer_properties
  import cluster_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        req_i,
  input periph_req_t access_i,
  input logic [31:0] rdata_o,
  input logic [1:0]  evt_o
);

  logic [3:0][31:0] regs_q, regs_d;  // CTRL, COUNT, COMPARE0, COMPARE1
  logic [31:0]      read;
  logic             there, write;

  assign there = access_i.add[9:0] < 10'h10;
  assign write = req_i && access_i.we && there;
  assign read  = there ? regs_q[access_i.add[3:2]] : '0;

  always_comb begin
    regs_d    = regs_q;
    regs_d[1] = regs_q[1] + regs_q[0] % 2;
    if (write && access_i.add[3:2] == 2'd1) regs_d[1] = regs_q[1];  // bytes that are not written stay
    for (int unsigned b = 0; b < 4; b++) begin
      if (write && access_i.be[b]) regs_d[access_i.add[3:2]][8*b+:8] = access_i.wdata[8*b+:8];
    end
    regs_d[0] = regs_d[0] % 8;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) regs_q <= 128'd1;
    else         regs_q <= regs_d;
  end

  always @(posedge clk_i) if (rst_ni) begin
    reads_its_registers: assert ($past(rst_ni && req_i) -> rdata_o == $past(read))
      else $error("a register reads something else than it holds (contract C6.1)");
    event_where_counts_meet: assert (evt_o == ({regs_q[1] == regs_q[3], regs_q[1] == regs_q[2]}
        & {regs_q[0][2], regs_q[0][1]} & {2{regs_q[0][0]}}))
      else $error("an event without its count, or a count without its event (contract C6.2)");
  end

endmodule

bind cluster_timer cluster_timer_properties i_properties (.*);
