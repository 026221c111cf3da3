// SPDX-License-Identifier: Apache-2.0
// Tells whether the job that waits may follow those in the engine before they have ended: what it loads must lie
// apart from what they store, so that no load can come before a write that it has to see (contract A7.4). The
// matrices are dense, so each is one range of bytes, and ranges are compared whole. What it stores is of no concern:
// stores go in the order of the jobs, behind all loads of those before.
// A job without steps uses banks of Z at other times than the array does, so it follows nothing and nothing follows it.

module redmule_follow
  import redmule_pkg::*;
#(
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  localparam int unsigned BEFORE = CONTEXTS - 1
) (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              waiting_i,  // the next job is there
  input  job_t              next_i,
  input  job_t [BEFORE-1:0] before_i,  // the jobs before it, the one that entered the engine last first
  input  logic [BEFORE-1:0] inside_i,  // that are still in the engine
  input  logic              enter_i,    // next_i enters the engine
  output logic              follow_o    // next_i may follow them; from the third cycle in which it is next_i
);

  logic [32:0] x_bytes_q, w_bytes_q, z_bytes_q;
  logic [BEFORE-1:0][32:0] before_bytes_q;
  logic [BEFORE-1:0] shared;  // what the other stores is loaded
  logic        sized_q, entered_q, follow_q, plain, apart;

  // ranges of bytes have one in common; addresses wrap
  function automatic logic meet(logic [31:0] a, logic [32:0] a_bytes, logic [31:0] b, logic [32:0] b_bytes);
    return {1'b0, b - a} < a_bytes || {1'b0, a - b} < b_bytes;
  endfunction

  assign plain = next_i.n != '0 && z_bytes_q != '0 && before_i[0].n != '0;
  assign apart = (shared & inside_i) == '0;

  always_comb begin
    for (int unsigned b = 0; b < BEFORE; b++) begin
      shared[b] = meet(next_i.x_addr, x_bytes_q, before_i[b].z_addr, before_bytes_q[b])
          || meet(next_i.w_addr, w_bytes_q, before_i[b].z_addr, before_bytes_q[b])
          || (next_i.op != MATMUL && meet(next_i.z_addr, z_bytes_q, before_i[b].z_addr, before_bytes_q[b]));
    end
  end

  // sizes in one cycle, the comparison in the next; the sizes of a job that enters are those that lie before the next
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {x_bytes_q, w_bytes_q, z_bytes_q, before_bytes_q} <= '0;
      {sized_q, entered_q, follow_q} <= '0;
    end else begin
      x_bytes_q <= 33'(32'(next_i.m) * 32'(next_i.n)) << fmt_shift(next_i.x_fmt);
      w_bytes_q <= 33'(32'(next_i.n) * 32'(next_i.k)) << fmt_shift(next_i.w_fmt);
      z_bytes_q <= 33'(32'(next_i.m) * 32'(next_i.k)) << fmt_shift(next_i.z_fmt);
      sized_q   <= waiting_i && !enter_i;
      entered_q <= enter_i;
      follow_q  <= sized_q && waiting_i && !enter_i && plain && apart;
      if (entered_q) before_bytes_q <= (33*BEFORE)'({before_bytes_q, z_bytes_q});
    end
  end

  assign follow_o = follow_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    compares_what_waits: assert (follow_o -> $past(rst_ni && waiting_i && sized_q && !enter_i))
      else $error("a job may follow whose addresses were not compared");
  end
`endif

endmodule
