// SPDX-License-Identifier: Apache-2.0
// A core's data port to its targets: TCDM and its test-and-set alias, peripheral bus, its window on the event unit.
// Every target answers in the cycle after its grant, so answers never meet; one that lets a core wait does so before
// the grant. An access without a target is answered too, and reported.

module cluster_core_bus
  import cluster_pkg::*;
#(
  parameter int unsigned TCDM_BYTES = 131072
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  // the core
  input  logic         req_i,
  output logic         gnt_o,
  input  logic [31:0]  add_i,
  input  logic         we_i,
  input  logic [3:0]   be_i,
  input  logic [31:0]  wdata_i,
  output logic         rvalid_o,
  output logic [31:0]  rdata_o,
  // TCDM
  output logic         tcdm_req_o,
  input  logic         tcdm_gnt_i,
  output tcdm_req_t    tcdm_access_o,
  input  logic         tcdm_rvalid_i,
  input  logic [31:0]  tcdm_rdata_i,
  // peripheral bus; its master adds the id
  output logic         periph_req_o,
  input  logic         periph_gnt_i,
  input  logic         periph_rvalid_i,
  input  logic [31:0]  periph_rdata_i,
  // event unit, private window
  output logic         event_req_o,
  input  logic         event_gnt_i,
  input  logic         event_rvalid_i,
  input  logic [31:0]  event_rdata_i,
  // an access without a target, granted in this cycle
  output logic         error_o
);

  localparam int unsigned SIZE = $clog2(TCDM_BYTES);

  logic in_tcdm, in_alias, in_periph, in_event, none, error_q;

  always_comb begin
    in_tcdm   = add_i[31:SIZE] == TCDM_BASE[31:SIZE];
    in_alias  = add_i[31:SIZE] == TAS_BASE[31:SIZE];
    in_periph = add_i[31:14] == PERIPH_BASE[31:14];
    in_event  = add_i[31:10] == EU_PRIVATE[31:10];
    none      = !(in_tcdm || in_alias || in_periph || in_event);

    tcdm_req_o    = req_i && (in_tcdm || in_alias);
    tcdm_access_o = '{word: 18'(add_i[SIZE-1:2]), we: we_i, tas: in_alias && !we_i, be: be_i, wdata: wdata_i};
    periph_req_o  = req_i && in_periph;
    event_req_o   = req_i && in_event;
    error_o       = req_i && none;
  end

  always_comb begin
    gnt_o = tcdm_req_o && tcdm_gnt_i || periph_req_o && periph_gnt_i || event_req_o && event_gnt_i || error_o;
  end

  always_comb begin
    rvalid_o = tcdm_rvalid_i || periph_rvalid_i || event_rvalid_i || error_q;
    rdata_o  = tcdm_rvalid_i   ? tcdm_rdata_i :
               periph_rvalid_i ? periph_rdata_i :
               event_rvalid_i  ? event_rdata_i : NO_TARGET;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) error_q <= 1'b0;
    else error_q <= error_o;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_target: assert ($onehot0({tcdm_req_o, periph_req_o, event_req_o, error_o}))
      else $error("an access has two targets");
    grants_a_request: assert (gnt_o -> req_i)
      else $error("a grant without a request");
    one_answer: assert ($onehot0({tcdm_rvalid_i, periph_rvalid_i, event_rvalid_i, error_q}))
      else $error("two answers meet");
    answer_of_a_grant: assert ($past(rst_ni) -> rvalid_o == $past(gnt_o))
      else $error("an access is not answered one cycle after its grant (contract C2.2)");
  end
`endif

endmodule
