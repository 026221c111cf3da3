// SPDX-License-Identifier: Apache-2.0
// When a core's read waits, and when its clock stops (contract C7.5, C7.6).

module cluster_event_core_properties
  import cluster_pkg::*;
(
  input logic              clk_i,
  input logic              rst_ni,
  input logic              own_req_i,
  input logic              own_we_i,
  input logic [3:0]        own_index_i,
  input logic              own_barrier_i,
  input logic              own_gnt_o,
  input logic              clock_en_o,
  input logic [EVENTS-1:0] mask_q,
  input logic [EVENTS-1:0] buffer_q
);

  logic sleeps;  // a read of WAIT or WAIT_CLEAR

  assign sleeps = own_req_i && !own_we_i && !own_barrier_i && (own_index_i == 4'd7 || own_index_i == 4'd8);

  always @(posedge clk_i) if (rst_ni) begin
    granted_with_its_event: assert (sleeps -> own_gnt_o == ((buffer_q & mask_q) != '0))
      else $error("a wait ends without its event, or goes on with it (contract C7.5)");
    others_are_granted: assert (own_req_i && !own_barrier_i && !sleeps -> own_gnt_o)
      else $error("an access waits that is no wait (contract C7.5)");
    clock_stops_while_it_waits: assert (clock_en_o == (!own_req_i || own_gnt_o))
      else $error("a core's clock is on while its read waits, or off (contract C7.6)");
  end

endmodule

bind cluster_event_core cluster_event_core_properties i_properties (.*);
