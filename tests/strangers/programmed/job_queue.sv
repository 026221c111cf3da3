// SPDX-License-Identifier: Apache-2.0
// Jobs in the order in which they were committed; those that were started run one after the other.
module job_queue
  import serial_pkg::*;
#(
    parameter int unsigned CONTEXTS = 2
) (
    input  logic                clk_i,
    input  logic                rst_ni,
    input  logic                clear_i,
    input  logic                commit_i,   // takes the job below
    input  job_t                job_i,
    input  logic [7:0]          core_i,
    input  logic [7:0]          id_i,
    input  logic                start_i,    // the oldest that has not been started, or the one of this cycle
    input  logic                done_i,     // the oldest has ended
    output logic                valid_o,    // the oldest was started
    output job_t                job_o,
    output logic [7:0]          core_o,
    output logic [7:0]          id_o,       // of the oldest, or of the last one that ran
    output logic [CONTEXTS-1:0] used_o,     // started and not ended, by context
    output logic                full_o,
    output logic                waiting_o   // one was committed and not started
);

  localparam int unsigned BITS = $clog2(CONTEXTS + 1);
  typedef logic [BITS-1:0] place_t;

  job_t [CONTEXTS-1:0] job_q;
  logic [CONTEXTS-1:0][7:0] core_q, id_q;
  logic [CONTEXTS-1:0] committed_q, started_q;
  place_t head_q, tail_q, next_q;  // oldest, next to be committed, next to be started
  logic [7:0] last_id_q;

  function automatic place_t after(place_t place);
    return place == place_t'(CONTEXTS - 1) ? '0 : place + 1'b1;
  endfunction

  assign valid_o   = started_q[head_q];
  assign job_o     = job_q[head_q];
  assign core_o    = core_q[head_q];
  assign id_o      = valid_o ? id_q[head_q] : last_id_q;
  assign used_o    = started_q;
  assign full_o    = &(committed_q | started_q);
  assign waiting_o = committed_q != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {job_q, core_q, id_q, committed_q, started_q, head_q, tail_q, next_q, last_id_q} <= '0;
    end else begin
      last_id_q <= id_o;
      if (done_i) begin
        started_q[head_q] <= 1'b0;
        head_q <= after(head_q);
      end
      if (commit_i) begin
        job_q[tail_q]       <= job_i;
        core_q[tail_q]      <= core_i;
        id_q[tail_q]        <= id_i;
        committed_q[tail_q] <= 1'b1;
        tail_q              <= after(tail_q);
      end
      if (start_i) begin
        committed_q[next_q] <= 1'b0;
        started_q[next_q]   <= 1'b1;
        next_q              <= after(next_q);
      end
      if (clear_i) {committed_q, started_q, head_q, tail_q, next_q} <= '0;
    end
  end

endmodule
