// SPDX-License-Identifier: Apache-2.0
// The mode of each job, by context: in fault-tolerant mode rows l and l + L/2 work on the same data, so its tiles have
// L/2 rows. It is no part of a job's description, so that a device without this has no register for it.

module redmule_modes #(
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  localparam int unsigned CW = $clog2(CONTEXTS)  // bits of a context's number; a box of a proof has no types
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                trigger_i,
  input  logic [CW-1:0]       context_i,  // that the trigger fills
  input  logic                paired_i,   // as programmed
  output logic [CONTEXTS-1:0] paired_o
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        paired_o            <= '0;
    else if (trigger_i) paired_o[context_i] <= paired_i;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    context_is_there: assert (trigger_i -> 32'(context_i) < CONTEXTS)
      else $error("a trigger fills a context that is not there");
    changes_with_a_trigger: assert ($past(rst_ni && !trigger_i) -> $stable(paired_o))
      else $error("a job changed its mode");
  end
`endif

endmodule
