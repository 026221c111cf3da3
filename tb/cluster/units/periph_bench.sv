// SPDX-License-Identifier: Apache-2.0
// The peripheral bus with four masters and three targets, at 0x0000, 0x0400 and 0x1000.

module periph_bench
  import cluster_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic [3:0]        req_i,
  output logic [3:0]        gnt_o,
  input  logic [3:0][13:0]  add_i,
  input  logic [3:0]        we_i,
  input  logic [3:0][31:0]  wdata_i,
  output logic [3:0]        rvalid_o,
  output logic [31:0]       rdata_o,
  output logic [2:0]        target_req_o,
  input  logic [2:0]        target_gnt_i,
  output logic [13:0]       target_add_o,
  output logic              target_we_o,
  output logic [31:0]       target_wdata_o,
  output logic [7:0]        target_id_o,
  input  logic [2:0][31:0]  target_rdata_i
);

  periph_req_t [3:0] accesses;
  periph_req_t       access;

  for (genvar m = 0; m < 4; m++) begin : gen_masters
    assign accesses[m] = '{add: add_i[m], we: we_i[m], be: '1, wdata: wdata_i[m], id: 8'd1 << m};
  end

  cluster_periph_bus #(
    .MASTERS(4),
    .TARGETS(3),
    .FIRST  ({14'h1000, 14'h0400, 14'h0000}),
    .LAST   ({14'h17FF, 14'h07FF, 14'h03FF})
  ) i_bus (
    .clk_i,
    .rst_ni,
    .req_i,
    .gnt_o,
    .access_i(accesses),
    .rvalid_o,
    .rdata_o,
    .req_o   (target_req_o),
    .gnt_i   (target_gnt_i),
    .access_o(access),
    .rdata_i (target_rdata_i)
  );

  assign target_add_o   = access.add;
  assign target_we_o    = access.we;
  assign target_wdata_o = access.wdata;
  assign target_id_o    = access.id;

endmodule
