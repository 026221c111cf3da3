// SPDX-License-Identifier: Apache-2.0
// Starts the job at the head of the queue and ends it. A job starts when no other runs and no request of a cleared
// job waits for its grant; since a job runs until its last write is granted, all loads of the next come after all
// its writes. The end of a job initialises every part of the engine, so nothing that ran before can show in the next,
// and nothing is left that could act on the job that the queue shows then.

module redmule_control
  import redmule_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,
  input  logic pending_i,     // a job waits
  input  job_t job_i,
  input  logic held_i,        // a request of a cleared job waits for its grant
  input  logic last_write_i,  // the job's last write is granted
  output logic start_o,       // one cycle: job_i starts
  output logic init_o,        // back to the state after reset, from the next edge
  output logic done_o         // one cycle: job_i has ended
);

  typedef enum logic [1:0] {
    IDLE,
    RUN,
    EMPTY  // no outputs: the job has had its turn
  } state_e;

  state_e state_q, state_d;

  assign start_o = state_q == IDLE && pending_i && !held_i && !clear_i;
  assign init_o  = done_o || clear_i;
  assign done_o  = state_q == EMPTY || (state_q == RUN && last_write_i);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      IDLE:    if (start_o) state_d = (job_i.m == '0 || job_i.k == '0) ? EMPTY : RUN;
      RUN:     if (done_o) state_d = IDLE;
      EMPTY:   state_d = IDLE;
      default: state_d = IDLE;
    endcase
    if (clear_i) state_d = IDLE;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else         state_q <= state_d;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    state_is_legal: assert (state_q inside {IDLE, RUN, EMPTY})
      else $error("a state that is none");
    job_while_running: assert (state_q != IDLE -> pending_i)
      else $error("the job went away while it ran");
    waits_for_what_is_held: assert (start_o -> pending_i && !held_i)
      else $error("a job starts before the request of a cleared one is granted (contract A7.11)");
    last_write_of_this_job: assert (last_write_i -> state_q == RUN)
      else $error("a write ends a job that does not run");
    event_after_the_last_write: assert (done_o && job_i.m != '0 && job_i.k != '0 -> last_write_i)
      else $error("a job ends before its last write is granted (contract A7.1)");
    job_stays_empty_or_not: assert ($past(rst_ni && pending_i && !init_o) -> $stable(job_i.m == '0 || job_i.k == '0))
      else $error("the job changed before its end");
    idle_after_clear: assert ($past(rst_ni && clear_i) -> state_q == IDLE)
      else $error("a soft clear left a job running");
  end
`endif

endmodule
