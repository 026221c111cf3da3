// SPDX-License-Identifier: Apache-2.0
// Turns and ends, with the last writes that are ahead of their turn counted here again: what enters, ends and
// initialises does so at once.

module redmule_control_properties
  import redmule_pkg::*;
(
  input logic clk_i,
  input logic rst_ni,
  input logic clear_i,
  input logic inside_i,
  input logic behind_i,
  input job_t job_i,
  input logic last_write_i,
  input logic waiting_i,
  input logic follow_i,
  input logic cutting_i,
  input logic start_o,
  input logic enter_o,
  input logic init_o,
  input logic done_o
);

  logic       empty, empty_q, runs_q, ends;
  logic [1:0] ahead_q;

  assign empty = job_i.m == '0 || job_i.k == '0;
  assign ends  = runs_q && (last_write_i || ahead_q != '0);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {empty_q, runs_q, ahead_q} <= '0;
    end else begin
      empty_q <= start_o && empty && !clear_i;
      runs_q  <= (start_o ? !empty : runs_q && !ends) && !clear_i;
      ahead_q <= clear_i ? '0 : ahead_q + 2'(last_write_i) - 2'(ends);
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    ends_at_its_last_write: assert (done_o == (empty_q || ends))
      else $error("a job ends otherwise than with its last write, or behind its start if it has none (contract A7.1)");
    enters_behind_what_is_cut: assert (inside_i
        -> enter_o == (waiting_i && follow_i && !cutting_i && !clear_i))
      else $error("a job enters before the one ahead is cut, or not as soon as it may");
    enters_what_is_empty: assert (!inside_i -> enter_o == start_o)
      else $error("the first job enters otherwise than at its start");
    initialises_at_the_last_end: assert (init_o == (clear_i || (done_o && !behind_i)))
      else $error("the engine is initialised under a job, or not behind the last one (contract A7.5)");
  end

endmodule

bind redmule_control redmule_control_properties i_properties (.*);
