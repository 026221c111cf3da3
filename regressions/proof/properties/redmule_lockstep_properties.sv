// SPDX-License-Identifier: Apache-2.0
// Whether the copies differ is written here in other words, and followed: what leaves stops in the same cycle, every
// core is told once, and the halt stays until both copies are cleared (contract A9.7 to A9.9).

module redmule_lockstep_properties #(
  parameter int unsigned N_CORES = 8,
  parameter int unsigned BYTES   = 36,
  parameter int unsigned STATE   = 1
) (
  input logic                    clk_i,
  input logic                    rst_ni,
  input logic [1:0][STATE-1:0]   state_i,
  input logic [1:0]              req_i,
  input logic [1:0][31:0]        add_i,
  input logic [1:0]              wen_i,
  input logic [1:0][BYTES-1:0]   be_i,
  input logic [1:0][BYTES*8-1:0] data_i,
  input logic [1:0]              clear_i,
  input logic                    stop_o,
  input logic [1:0]              halt_o,
  input logic [N_CORES-1:0]      event_o
);

  logic [BYTES*8-1:0] stored;
  logic               same, halted_q, told_q;

  always_comb begin
    for (int unsigned i = 0; i < BYTES * 8; i++) stored[i] = !wen_i[0] && be_i[0][i/8];
    same = state_i[0] == state_i[1];
    unique case (req_i)
      2'b00:   ;
      2'b11:   same &= {add_i[0], wen_i[0], be_i[0]} == {add_i[1], wen_i[1], be_i[1]}
                   && (data_i[0] & stored) == (data_i[1] & stored);
      default: same = 1'b0;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {halted_q, told_q} <= '0;
    end else begin
      halted_q <= halted_q ? clear_i != 2'b11 : !same;
      told_q   <= !halted_q && !same;
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    stops_in_the_same_cycle: assert (stop_o == (halted_q || !same))
      else $error("copies differ and what leaves goes on, or it stops though they do not (contract A9.8)");
    halted_until_a_clear: assert (halt_o == {2{halted_q}})
      else $error("a halt ends without a soft clear, or does not come (contract A9.8)");
    every_core_is_told_once: assert (event_o == {N_CORES{told_q}})
      else $error("a halt is not told to every core in the next cycle, or is told twice (contract A9.8)");
  end

endmodule

bind redmule_lockstep redmule_lockstep_properties #(.N_CORES(N_CORES), .BYTES(BYTES), .STATE(STATE)) i_properties (.*);
