// SPDX-License-Identifier: Apache-2.0
// Where the time of a job goes; bound to redmule_engine, seen by nothing in the device. Each cycle of a job is H x L
// slots, one for each compute element, and each slot gets exactly one cause, so the causes sum to cycles * H * L.
// A chunk column is booked when it enters the cascade: its slots do a step, or are padding in K (the column lies
// outside the matrix), else in N (no such step), else in M (no such row). A cycle in which nothing enters is
// booked whole. A cycle belongs to one job: that of the column, or else the oldest, or the one whose event it has.
//
// slots_o and jobs_o change in the cycle after the event and hold until the next job ends, at least two cycles later.

module redmule_probe
  import redmule_pkg::*;
#(
  parameter int unsigned H = 4,   // compute elements in a row
  parameter int unsigned L = 12,  // rows
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  localparam int unsigned CW = $clog2(CONTEXTS),  // bits of a context's number
  localparam int unsigned CAUSES = 11
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              clear_i,
  // job
  input logic [CW-1:0]     head_i,       // the oldest
  input logic              pending_i,    // it waits or runs
  input logic              event_i,      // the last cycle of the one before
  input logic              running_i,
  input logic              copy_i,       // it has no steps
  input logic              init_i,       // nothing is in the engine in the next cycle
  input logic              held_i,       // a request of a cleared job is out
  input logic              req_i,        // a request is out
  input logic              store_i,      // it is a store
  // entry of the cascade
  input logic              more_i,       // tiles of the oldest job that have not entered
  input logic              inside_i,     // one of it has entered in part
  input logic              start_i,      // the next tile could enter
  input logic              emit_i,       // a chunk column enters; the next six describe it
  input logic [CW-1:0]     job_i,        // whose it is
  input logic              live_i,       // it lies inside the matrix
  input logic [7:0]        steps_i,      // steps of the chunk
  input logic              begin_i,      // first column of the chunk
  input logic              x_bank_i,
  input logic [7:0]        rows_i,       // of the next tile
  input logic [1:0]        x_full_i,
  input logic              lacks_y_i,    // it, or the one that would enter, has no Y yet
  // the rest of it
  input logic              advance_i,
  input token_t            out_i,
  input logic [1:0]        z_taken_i,
  // the last job: slots by cause, and how many jobs have ended
  output logic [CAUSES-1:0][47:0] slots_o,
  output logic [31:0]             jobs_o
);

  typedef enum logic [3:0] {
    CONTROL  = 4'd0,   // start of the job and its event; tile descriptors
    FILL     = 4'd1,   // the first operands are on their way; before a copy's first store
    WORKING  = 4'd2,   // useful steps
    PAD_M    = 4'd3,
    PAD_N    = 4'd4,
    PAD_K    = 4'd5,
    WAIT_X   = 4'd6,
    WAIT_W   = 4'd7,
    WAIT_Y   = 4'd8,
    Z_BLOCK  = 4'd9,   // both banks of Z are still to be stored
    DRAIN    = 4'd10   // the last tile has entered and the array goes on; the rest of a copy
  } cause_e;

  localparam logic [47:0] ALL = 48'(H * L);

  logic [CONTEXTS-1:0][CAUSES-1:0][47:0] slots_d, slots_q;
  logic [CONTEXTS-1:0] entered_q;
  logic [CW-1:0] ended;
  logic [7:0]  rows_q, rows;
  logic        asked_q, stored_q, asked, stored;
  cause_e      idle;

  assign ended  = head_i == '0 ? CW'(CONTEXTS - 1) : head_i - 1'b1;
  assign rows   = (start_i && emit_i) ? rows_i : rows_q;
  // since the engine was empty
  assign asked  = asked_q || (req_i && !held_i);
  assign stored = stored_q || (req_i && !held_i && store_i);

  // The cause of a cycle in which nothing enters. Of several, that of the oldest tile; of operands that are missing
  // together, the one that is loaded first: when it has come, what is left is the time the others take longer.
  always_comb begin
    if (!running_i || !asked)                                    idle = CONTROL;
    else if (copy_i)                                             idle = stored ? DRAIN : FILL;
    else if (out_i.valid && out_i.final_sum && out_i.col == '0
             && z_taken_i[out_i.tile_bank])                      idle = Z_BLOCK;
    else if (entered_q[head_i] && !more_i && !inside_i)          idle = DRAIN;
    else if (!entered_q[head_i])                                 idle = FILL;
    else if (inside_i && lacks_y_i)                              idle = WAIT_Y;
    // stopped, but not at the entry: a compute element behind the first lacks its row of W
    else if (!advance_i && (!inside_i || !begin_i))              idle = WAIT_W;
    else if (!inside_i && !start_i)                              idle = CONTROL;
    else if (lacks_y_i)                                          idle = WAIT_Y;
    else if (!x_full_i[x_bank_i])                                idle = WAIT_X;
    else                                                         idle = WAIT_W;
  end

  always_comb begin
    slots_d = slots_q;
    if (emit_i) begin
      if (live_i) begin
        slots_d[job_i][WORKING] = slots_q[job_i][WORKING] + 48'(rows) * 48'(steps_i);
        slots_d[job_i][PAD_N]   = slots_q[job_i][PAD_N] + 48'(L) * (48'(H) - 48'(steps_i));
        slots_d[job_i][PAD_M]   = slots_q[job_i][PAD_M] + (48'(L) - 48'(rows)) * 48'(steps_i);
      end else begin
        slots_d[job_i][PAD_K] = slots_q[job_i][PAD_K] + ALL;
      end
    end else if (event_i) begin
      slots_d[ended][CONTROL] = slots_q[ended][CONTROL] + ALL;
    end else if (pending_i) begin
      slots_d[head_i][idle] = slots_q[head_i][idle] + ALL;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      slots_q   <= '0;
      slots_o   <= '0;
      jobs_o    <= '0;
      rows_q    <= '0;
      entered_q <= '0;
      asked_q   <= 1'b0;
      stored_q  <= 1'b0;
    end else begin
      slots_q  <= slots_d;
      asked_q  <= !init_i && asked;
      stored_q <= !init_i && stored;
      rows_q   <= rows;
      if (emit_i) entered_q[job_i] <= 1'b1;
      if (event_i) begin
        slots_q[ended]   <= '0;
        entered_q[ended] <= 1'b0;
        slots_o          <= slots_d[ended];
        jobs_o           <= jobs_o + 32'd1;
      end
      if (clear_i) begin
        slots_q   <= '0;
        entered_q <= '0;
      end
    end
  end

endmodule

bind redmule_engine redmule_probe #(
  .H(H),
  .L(L),
  .CONTEXTS(CONTEXTS)
) i_probe (
  .clk_i,
  .rst_ni,
  .clear_i    (clear),
  .head_i     (head),
  .pending_i  (pending),
  .event_i    (i_queue.event_q != '0),
  .running_i  (i_control.state_q == 2'd1),
  .copy_i     (jobs[head].n == '0),
  .init_i     (init),
  .held_i     (held),
  .req_i      (tcdm_req_o),
  .store_i    (!tcdm_wen_o),
  .more_i     ((tile_valid && tile_job == head) || (read_valid[4] && read_job[4] == head)),
  .inside_i   (i_scheduler.state_q.run && i_scheduler.state_q.job == head),
  .start_i    (i_scheduler.start),
  .emit_i     (i_scheduler.emit),
  .job_i      (i_scheduler.now.job),
  .live_i     (i_scheduler.token.live),
  .steps_i    (i_scheduler.token.steps),
  .begin_i    (i_scheduler.token.col == '0),
  .x_bank_i   (i_scheduler.token.x_bank),
  .lacks_y_i  (i_scheduler.lacks_y),
  .rows_i     (read_tile[4].rows),
  .x_full_i   (x_full),
  .advance_i  (advance),
  .out_i      (out),
  .z_taken_i  (z_taken),
  .slots_o    (),
  .jobs_o     ()
);
