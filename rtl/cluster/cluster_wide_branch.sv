// SPDX-License-Identifier: Apache-2.0
// Spreads an access of the accelerator's port over adjacent banks, and collects what they answer.
// Lane l of an access is in bank (first + l) modulo BANKS, in the next row where that wraps. Lanes outside the TCDM
// read what its address modulo the size holds, and write nothing.

module cluster_wide_branch
  import cluster_pkg::*;
#(
  parameter int unsigned DW    = 256,   // payload bits of the port, which has 32 more
  parameter int unsigned BANKS = 16,    // a power of two, at least DW/32 + 1
  parameter int unsigned ROWS  = 2048,  // words in a bank, a power of two
  localparam int unsigned LANES = DW / 32 + 1,
  localparam int unsigned BW    = $clog2(BANKS),
  localparam int unsigned RW    = $clog2(ROWS)
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  // the port
  input  logic                       req_i,
  input  logic                       gnt_i,     // by the arbiter
  input  logic [31:0]                add_i,
  input  logic                       we_i,
  input  logic [LANES*4-1:0]         be_i,
  input  logic [LANES*32-1:0]        wdata_i,
  output logic [LANES*32-1:0]        rdata_o,
  output logic                       rvalid_o,
  // the banks
  output logic [BANKS-1:0]           use_o,     // banks of the access
  output logic [BANKS-1:0][3:0]      we_o,
  output logic [BANKS-1:0][RW-1:0]   row_o,
  output logic [BANKS-1:0][31:0]     wdata_o,
  input  logic [BANKS-1:0][31:0]     rdata_i
);

  localparam int unsigned SW = BW + RW;        // bits of a word's index in the TCDM
  localparam logic [29-SW:0] TAG = TCDM_BASE[31:SW+2];

  logic [BW-1:0]              first, first_q;
  logic [RW-1:0]              row;
  logic [29-SW:0]             tag;
  logic [BANKS-1:0][3:0]      be;              // by lane, padded to the number of banks
  logic [BANKS-1:0][31:0]     wdata;

  assign first = add_i[2+:BW];
  assign row   = add_i[2+BW+:RW];
  assign tag   = add_i[31:SW+2];

  assign be    = (BANKS * 4)'(be_i);
  assign wdata = (BANKS * 32)'(wdata_i);

  always_comb begin
    for (int unsigned b = 0; b < BANKS; b++) begin
      // lane that the bank has
      automatic logic [BW-1:0]      lane    = BW'(b) - first;
      automatic logic               wraps   = BW'(b) < first;
      automatic logic [RW:0]        its_row = (RW + 1)'(row) + (RW + 1)'(wraps);
      automatic logic [29-SW:0]     its_tag = tag + (30 - SW)'(its_row[RW]);
      use_o[b]   = 32'(lane) < LANES;
      row_o[b]   = its_row[RW-1:0];
      wdata_o[b] = wdata[lane];
      we_o[b]    = (we_i && its_tag == TAG) ? be[lane] : '0;
    end
  end

  always_comb begin
    for (int unsigned l = 0; l < LANES; l++) rdata_o[32*l+:32] = rdata_i[BW'(l) + first_q];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      first_q  <= '0;
      rvalid_o <= 1'b0;
    end else begin
      rvalid_o <= req_i && gnt_i;
      if (req_i && gnt_i) first_q <= first;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    uses_its_lanes: assert ($countones(use_o) == int'(LANES))
      else $error("an access has not as many banks as lanes");
    grants_a_request: assert (gnt_i -> req_i)
      else $error("a grant without a request");
  end
  for (genvar b = 0; b < BANKS; b++) begin : gen_asserted
    always @(posedge clk_i) if (rst_ni) begin
      writes_its_banks: assert (we_o[b] != '0 -> use_o[b] && we_i)
        else $error("a bank is written that the access does not have");
    end
  end
`endif

endmodule
