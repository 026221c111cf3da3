// SPDX-License-Identifier: Apache-2.0
// Says when a job enters the engine, when it has its turn, and when it ends. A job enters when the engine is empty, or
// behind the one that is in it, as soon as that is cut into tiles, if it may follow. Turns come in the order of the
// triggers: events and RUNNING_JOB are as if jobs ran one after another. The end of the last job in the engine
// initialises every part of it, so nothing that ran before can show in the next.

module redmule_control
  import redmule_pkg::*;
#(
  parameter int unsigned CONTEXTS = 2  // jobs queued or running
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,
  // the oldest job
  input  logic pending_i,     // it is there
  input  logic inside_i,      // it has entered the engine
  input  logic behind_i,      // so has a job behind it
  input  job_t job_i,
  input  logic last_write_i,  // the last write of a job is granted
  // the next one to enter
  input  logic waiting_i,     // it is there
  input  logic follow_i,      // and may follow the one that is in the engine
  input  logic cutting_i,     // which is cut into tiles
  input  logic held_i,        // a request of a cleared job waits for its grant
  output logic start_o,       // one cycle: the oldest job has its turn
  output logic enter_o,       // one cycle: the next job enters the engine
  output logic init_o,        // back to the state after reset, from the next edge
  output logic done_o         // one cycle: the oldest job has ended
);

  typedef enum logic [1:0] {
    IDLE,
    RUN,
    EMPTY  // no outputs: the job has had its turn
  } state_e;

  state_e state_q, state_d;
  // jobs whose last write was granted ahead of their turn, which takes a cycle from event to event
  logic [$clog2(CONTEXTS)-1:0] written_q, written_d;

  assign start_o = state_q == IDLE && pending_i && !held_i && !clear_i;
  assign enter_o = (start_o && !inside_i) || (inside_i && waiting_i && follow_i && !cutting_i && !clear_i);
  assign done_o  = state_q == EMPTY || (state_q == RUN && (last_write_i || written_q != '0));
  assign init_o  = (done_o && !behind_i) || clear_i;

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

  always_comb begin
    written_d = written_q;
    if (last_write_i) written_d = written_d + 1'b1;
    if (state_q == RUN && done_o) written_d = written_d - 1'b1;
    if (clear_i) written_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= IDLE;
      written_q <= '0;
    end else begin
      state_q   <= state_d;
      written_q <= written_d;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    state_is_legal: assert (state_q inside {IDLE, RUN, EMPTY})
      else $error("a state that is none");
    job_while_running: assert (state_q != IDLE -> pending_i && inside_i)
      else $error("the job went away while it ran");
    waits_for_what_is_held: assert (start_o -> pending_i && !held_i)
      else $error("a job starts before the request of a cleared one is granted (contract A7.11)");
    last_write_of_a_job: assert (last_write_i -> inside_i && written_q != '1)
      else $error("a write ends a job that is not in the engine, or has ended");
    event_after_the_last_write: assert (done_o && job_i.m != '0 && job_i.k != '0 -> last_write_i || written_q != '0)
      else $error("a job ends before its last write is granted (contract A7.1)");
    job_stays_empty_or_not: assert ($past(rst_ni && pending_i && !done_o && !clear_i)
        -> $stable(job_i.m == '0 || job_i.k == '0))
      else $error("the job changed before its end");
    idle_after_clear: assert ($past(rst_ni && clear_i) -> state_q == IDLE && written_q == '0)
      else $error("a soft clear left a job running");
  end
`endif

endmodule
