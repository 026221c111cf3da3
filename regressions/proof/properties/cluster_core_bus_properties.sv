// SPDX-License-Identifier: Apache-2.0
// The memory map of a core as contract C3.1 has it, and what is nowhere (C3.2).

module cluster_core_bus_properties
  import cluster_pkg::*;
#(
  parameter int unsigned TCDM_BYTES = 131072
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        req_i,
  input logic        gnt_o,
  input logic [31:0] add_i,
  input logic        we_i,
  input logic [3:0]  be_i,
  input logic [31:0] wdata_i,
  input logic        rvalid_o,
  input logic [31:0] rdata_o,
  input logic        tcdm_req_o,
  input tcdm_req_t   tcdm_access_o,
  input logic        tcdm_rvalid_i,
  input logic [31:0] tcdm_rdata_i,
  input logic        periph_req_o,
  input logic        periph_rvalid_i,
  input logic [31:0] periph_rdata_i,
  input logic        event_req_o,
  input logic        event_rvalid_i,
  input logic [31:0] event_rdata_i,
  input logic        error_o
);

  logic tcdm, alias_of_it, periph, own_events, nowhere;

  assign tcdm        = add_i - 32'h1000_0000 < TCDM_BYTES;
  assign alias_of_it = add_i - 32'h1010_0000 < TCDM_BYTES;
  assign periph      = add_i - 32'h1020_0000 < 32'h4000;
  assign own_events  = add_i - 32'h1020_4000 < 32'h400;
  assign nowhere     = !tcdm && !alias_of_it && !periph && !own_events;

  always @(posedge clk_i) if (rst_ni) begin
    reaches_its_target: assert ({tcdm_req_o, periph_req_o, event_req_o, error_o}
        == (req_i ? {tcdm || alias_of_it, periph, own_events, nowhere} : 4'd0))
      else $error("an access goes to another target than that of its address (contract C3.1)");
    word_of_the_tcdm: assert (tcdm_req_o -> 32'(tcdm_access_o.word) == add_i % TCDM_BYTES / 4
        && tcdm_access_o.we == we_i && tcdm_access_o.be == be_i && tcdm_access_o.wdata == wdata_i)
      else $error("an access of the TCDM is another one than the core's");
    sets_where_it_reads: assert (tcdm_req_o -> tcdm_access_o.tas == (alias_of_it && !we_i))
      else $error("an access sets a word, or does not, against its address (contract C2.8)");
    nowhere_is_granted: assert (req_i && nowhere -> gnt_o)
      else $error("an access without a target waits (contract C3.2)");
    nowhere_reads_its_mark: assert ($past(rst_ni && req_i && nowhere) -> rvalid_o && rdata_o == 32'hBADA_CCE5)
      else $error("what is nowhere reads something else (contract C3.2)");
    reads_what_is_answered: assert ((tcdm_rvalid_i -> rdata_o == tcdm_rdata_i)
        && (periph_rvalid_i -> rdata_o == periph_rdata_i) && (event_rvalid_i -> rdata_o == event_rdata_i))
      else $error("a read gives something else than its target answers");
  end

endmodule

bind cluster_core_bus cluster_core_bus_properties #(.TCDM_BYTES(TCDM_BYTES)) i_properties (.*);
