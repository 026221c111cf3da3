// SPDX-License-Identifier: Apache-2.0
// What software sees of faults: counts of repeats and of tiles that were stored although their rows differed, and an
// event for each of the latter (contract A9). Counts stay at their largest value until they are read.

module redmule_faults #(
  parameter int unsigned N_CORES = 8  // event targets
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               clear_i,
  input  logic               halted_i,       // full level: the copies differed, and nothing goes on
  input  logic               read_i,         // the counts are read, and begin anew
  input  logic               repeat_i,       // one cycle: a tile begins again
  input  logic               uncorrected_i,  // one cycle: a tile is stored in which rows differ
  input  logic [N_CORES-1:0] core_i,         // who triggered its job, one-hot
  output logic [31:0]        faults_o,
  output logic [N_CORES-1:0] event_o
);

  logic [15:0]        repeats_q;
  logic [14:0]        uncorrected_q;
  logic [N_CORES-1:0] event_q;

  function automatic logic [15:0] counted(logic [15:0] count, logic one);
    return one && count != '1 ? count + 16'd1 : count;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      repeats_q     <= '0;
      uncorrected_q <= '0;
      event_q       <= '0;
    end else if (clear_i) begin
      repeats_q     <= '0;
      uncorrected_q <= '0;
      event_q       <= '0;
    end else begin
      // what happens in the cycle of the read counts in the next
      repeats_q     <= counted(read_i ? '0 : repeats_q, repeat_i);
      uncorrected_q <= read_i ? 15'(uncorrected_i) : uncorrected_q == '1 ? '1 : uncorrected_q + 15'(uncorrected_i);
      event_q       <= uncorrected_i ? core_i : '0;
    end
  end

  assign faults_o = {halted_i, uncorrected_q, repeats_q};
  assign event_o  = event_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_event: assert ($onehot0(event_q))
      else $error("events to several cores at a time");
    told_and_counted: assert (event_q != '0 -> uncorrected_q != '0)
      else $error("an event of a tile that is not counted");
    forgotten_after_clear: assert ($past(rst_ni && clear_i) -> faults_o[30:0] == '0 && event_q == '0)
      else $error("a soft clear left a count or an event (contract A9.6)");
  end
`endif

endmodule
