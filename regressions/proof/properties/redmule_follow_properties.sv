// SPDX-License-Identifier: Apache-2.0
// A job that may follow reads no byte that the job before it writes: ranges of bytes that have one in common have the
// first byte of one in common (`ranges` in arithmetic.toml), and none of these lies in the other. The job that entered
// last and its size are kept here again. The proof is that of two contexts; that a job which waits stays as it is, is no
// part of it.

module redmule_follow_properties
  import redmule_pkg::*;
(
  input logic        clk_i,
  input logic        rst_ni,
  input logic        waiting_i,
  input job_t        next_i,
  input job_t [0:0]  before_i,
  input logic [0:0]  inside_i,
  input logic        enter_i,
  input logic        follow_o,
  input logic [32:0] x_bytes_q,
  input logic [32:0] w_bytes_q,
  input logic [32:0] z_bytes_q
);

  logic [32:0] before_bytes_q;
  job_t        before_q;
  logic        entered_q, stays, known, has_steps, written, at_starts;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {before_bytes_q, before_q, entered_q} <= '0;
    end else begin
      entered_q <= enter_i;
      if (enter_i) before_q <= next_i;
      if (entered_q) before_bytes_q <= z_bytes_q;
    end
  end

  function automatic logic [32:0] bytes_of(logic [15:0] rows, logic [15:0] columns, fmt_e fmt);
    logic [31:0] elements;
    elements = 32'(rows) * 32'(columns);
    return fmt == E5M2 || fmt == E4M3 ? {1'b0, elements} : {elements, 1'b0};
  endfunction

  function automatic logic has(logic [31:0] first, logic [32:0] bytes, logic [31:0] any);
    return {1'b0, any - first} < bytes;
  endfunction

  function automatic logic read(job_t job, logic [32:0] x, logic [32:0] w, logic [32:0] y, logic [31:0] any);
    return has(job.x_addr, x, any) || has(job.w_addr, w, any) || (job.op != MATMUL && has(job.z_addr, y, any));
  endfunction

  // a size is that of the job in the cycle before
  assign stays     = waiting_i && !enter_i;
  assign known     = before_i[0] == before_q;
  assign has_steps = next_i.n != '0 && before_i[0].n != '0;
  assign written   = z_bytes_q != '0 && before_bytes_q != '0;
  // what it reads has the first byte of what is written, or the other way round
  assign at_starts = read(next_i, x_bytes_q, w_bytes_q, z_bytes_q, before_i[0].z_addr)
      || has(before_i[0].z_addr, before_bytes_q, next_i.x_addr)
      || has(before_i[0].z_addr, before_bytes_q, next_i.w_addr)
      || (next_i.op != MATMUL && has(before_i[0].z_addr, before_bytes_q, next_i.z_addr));

  always @(posedge clk_i) if (rst_ni) begin
    sizes_of_the_matrices: assert ($past(rst_ni) -> x_bytes_q == $past(bytes_of(next_i.m, next_i.n, next_i.x_fmt))
        && w_bytes_q == $past(bytes_of(next_i.n, next_i.k, next_i.w_fmt))
        && z_bytes_q == $past(bytes_of(next_i.m, next_i.k, next_i.z_fmt)))
      else $error("a size is not that of the job's matrix");
    compared_what_stayed: assert (follow_o -> $past(rst_ni && stays) && $past(rst_ni && stays, 2))
      else $error("a job may follow that was not there for two cycles");
    reads_nothing_written: assert (follow_o && $past(known && inside_i[0]) -> !$past(at_starts))
      else $error("a job may follow that reads what the one before it writes (contract A7.4)");
    both_have_steps: assert (follow_o -> $past(has_steps))
      else $error("a job may follow, or be followed, that has no steps");
    waits_for_a_byte: assert ($past(rst_ni && stays) && $past(rst_ni && stays, 2)
        && $past(known && has_steps && written && !at_starts) -> follow_o)
      else $error("a job may not follow though it reads nothing that the other writes");
  end

endmodule

bind redmule_follow redmule_follow_properties i_properties (.*);
