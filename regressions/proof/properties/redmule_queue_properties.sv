// SPDX-License-Identifier: Apache-2.0
// Lock, ids and counts as the contract has them (A5, A7), and one watched job, any of all that are triggered: it comes
// to the head as it was triggered, its id shows when it starts, and its end is told to the core that triggered it. The
// proof is that of two contexts.

module redmule_queue_properties
  import redmule_pkg::*;
#(
  parameter int unsigned N_CORES = 8
) (
  input logic               clk_i,
  input logic               rst_ni,
  input logic [7:0]         core_i,
  input logic               acquire_i,
  input logic               trigger_i,
  input logic               finished_read_i,
  input logic               clear_i,
  input logic               clear_all_i,
  input job_t               job_i,
  input logic               holder_o,
  input logic [31:0]        acquire_data_o,
  input logic [31:0]        finished_o,
  input logic [31:0]        status_o,
  input logic [31:0]        running_o,
  input job_t [1:0]         jobs_o,
  input logic [1:0][7:0]    cores_o,
  input logic               tail_o,
  input logic               head_o,
  input logic               pending_o,
  input logic               start_i,
  input logic               done_i,
  input logic [N_CORES-1:0] event_o,
  input logic               busy_o
);

  logic [1:0] taken, count_q;
  logic       locked_q, grab;
  logic [7:0] owner_q, own_id_q, next_id_q;

  // The lock and the ids again, from the commands alone.
  assign taken = {status_o[8], status_o[0]};
  assign grab  = acquire_i && !locked_q && taken != '1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {locked_q, owner_q, own_id_q, next_id_q, count_q} <= '0;
    end else begin
      if (grab) {owner_q, own_id_q} <= {core_i, next_id_q};
      locked_q  <= (locked_q || grab) && !trigger_i && !clear_i;
      next_id_q <= clear_all_i ? '0 : next_id_q + 8'(grab);
      count_q   <= clear_i ? '0 : count_q + 2'(trigger_i) - 2'(done_i);
    end
  end

  logic       watch;      // any value
  logic       watched_q, first_q, place_q;
  job_t       job_q;
  logic [7:0] core_q, id_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {watched_q, first_q, place_q, job_q, core_q, id_q} <= '0;
    end else if (clear_i) begin
      watched_q <= 1'b0;
    end else if (watched_q) begin
      first_q <= first_q || done_i;
      if (first_q && done_i) watched_q <= 1'b0;
    end else if (trigger_i && watch) begin
      watched_q <= 1'b1;
      first_q   <= count_q == 2'(done_i);
      place_q   <= tail_o;
      {job_q, core_q, id_q} <= {job_i, core_i, own_id_q};
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    lock_of_its_owner: assert (holder_o == (locked_q && owner_q == core_i))
      else $error("the lock is not with the core that took it (contract A5)");
    tells_what_it_gives: assert (acquire_data_o == (holder_o ? {24'd0, own_id_q} : locked_q ? 32'hFFFF_FFFE
        : taken == '1 ? 32'hFFFF_FFFF : {24'd0, next_id_q}))
      else $error("ACQUIRE tells something else than what it does");
    counts_contexts: assert (2'(taken[0]) + 2'(taken[1]) == count_q && (status_o & ~32'h101) == '0
        && pending_o == (count_q != '0))
      else $error("STATUS is not what was triggered and has not ended");
    counts_events: assert ($past(rst_ni) -> finished_o == ($past(clear_i) ? '0
        : ($past(finished_read_i) ? '0 : $past(finished_o)) + 32'($past(event_o) != '0)))
      else $error("FINISHED is not the number of events since it was read");
    event_of_each_end: assert ($past(rst_ni) -> (event_o != '0) == $past(done_i && !clear_i))
      else $error("an end without an event, or an event without an end");
    busy_with_contexts_and_events: assert (busy_o == (count_q != '0 || event_o != '0))
      else $error("busy otherwise than with a job or an event (contract A4.3)");
    // Two lemmas of the next.
    keeps_what_was_triggered: assert (
        watched_q -> taken[place_q] && jobs_o[place_q] == job_q && cores_o[place_q] == core_q)
      else $error("a job that waits or runs is overwritten");
    comes_in_its_turn: assert (watched_q -> first_q == (head_o == place_q) && (first_q || taken == '1))
      else $error("a job comes to the head before one that was triggered earlier");
    comes_as_triggered: assert (watched_q && first_q -> pending_o && jobs_o[head_o] == job_q)
      else $error("the job at the head is not the one that was triggered");
    id_of_the_job_that_starts: assert ($past(rst_ni && watched_q && first_q && start_i) -> running_o == {24'd0, $past(id_q)})
      else $error("RUNNING_JOB is not the id of the job that started");
    id_stays: assert ($past(rst_ni && !start_i) -> $stable(running_o))
      else $error("RUNNING_JOB changed without a start");
    event_to_its_core: assert ($past(rst_ni && watched_q && first_q && done_i && !clear_i) -> event_o == N_CORES'($past(core_q)))
      else $error("the event of a job goes to another core than triggered it");
  end

endmodule

bind redmule_queue redmule_queue_properties #(.N_CORES(N_CORES)) i_properties (.*);
