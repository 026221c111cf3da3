// SPDX-License-Identifier: Apache-2.0
// What the port makes of a beat: its request in the next cycle, all of it held until the grant, and the answer of a
// read given to its destination, from its first byte on.

module redmule_port_properties
  import redmule_pkg::*;
#(
  parameter int unsigned DW = 256
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic              clear_i,
  input logic              valid_i,
  input logic              ready_o,
  input logic              write_i,
  input logic [31:0]       addr_i,
  input logic [15:0]       bytes_i,
  input logic [DW-1:0]     data_i,
  input dest_t             dest_i,
  input logic              r_valid_o,
  input dest_t             r_dest_o,
  input logic [DW-1:0]     r_data_o,
  input logic              held_o,
  input logic              tcdm_req_o,
  input logic              tcdm_gnt_i,
  input logic [31:0]       tcdm_add_o,
  input logic              tcdm_wen_o,
  input logic [DW/8+3:0]   tcdm_be_o,
  input logic [DW+31:0]    tcdm_data_o,
  input logic [DW+31:0]    tcdm_r_data_i,
  input logic              tcdm_r_valid_i
);

  logic              taken;
  logic [DW/8+3:0]   enables;
  logic [31:0]       asked_q, answered_q;    // address of the request, of the answer
  dest_t             asked_dest_q, answered_dest_q;

  assign taken   = valid_i && ready_o && !clear_i;
  assign enables = (((DW / 8 + 4)'(1) << bytes_i) - (DW / 8 + 4)'(1)) << addr_i[1:0];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {asked_q, asked_dest_q, answered_q, answered_dest_q} <= '0;
    end else begin
      if (taken) {asked_q, asked_dest_q} <= {addr_i, dest_i};
      {answered_q, answered_dest_q} <= {asked_q, asked_dest_q};
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    asks_what_was_offered: assert (
        $past(rst_ni && taken) -> tcdm_req_o && tcdm_wen_o == !$past(write_i)
          && tcdm_add_o == {$past(addr_i[31:2]), 2'b00})
      else $error("the request is not that of the beat");
    asks_for_beats_alone: assert ($past(rst_ni && !taken && (!tcdm_req_o || tcdm_gnt_i)) -> !tcdm_req_o)
      else $error("a request without a beat");
    writes_its_bytes: assert ($past(rst_ni && taken && write_i) -> tcdm_be_o == $past(enables))
      else $error("byte enables are not those of the bytes to store");
    writes_its_data: assert ($past(rst_ni && taken && write_i) -> DW'(tcdm_data_o >> {asked_q[1:0], 3'd0}) == $past(data_i))
      else $error("data are not where their bytes belong");
    data_held: assert ($past(rst_ni && tcdm_req_o && !tcdm_gnt_i) -> $stable(tcdm_data_o))
      else $error("data changed before the grant (contract A4.6)");
    answers_each_read: assert (
        r_valid_o == ($past(rst_ni && tcdm_req_o && tcdm_gnt_i && tcdm_wen_o && !held_o && !clear_i) && tcdm_r_valid_i))
      else $error("an answer is lost, or given although its job was cleared");
    answers_where_asked: assert (
        r_valid_o -> r_dest_o == answered_dest_q && r_data_o == DW'(tcdm_r_data_i >> {answered_q[1:0], 3'd0}))
      else $error("an answer goes elsewhere, or begins at another byte");
    held_from_clear_to_grant: assert (
        $past(rst_ni) -> held_o == $past((clear_i || held_o) && tcdm_req_o && !tcdm_gnt_i))
      else $error("a request of a cleared job is not known as such");
  end

endmodule

bind redmule_port redmule_port_properties #(.DW(DW)) i_properties (.*);
