// SPDX-License-Identifier: Apache-2.0
// The peripherals' places as contract C3.1 has them, in the cluster's bus of five targets; an access reaches that of
// its address alone, unchanged (C4.2).

module cluster_periph_bus_properties
  import cluster_pkg::*;
#(
  parameter int unsigned MASTERS = 9,
  parameter int unsigned TARGETS = 5
) (
  input logic                      clk_i,
  input logic                      rst_ni,
  input logic [MASTERS-1:0]        req_i,
  input logic [MASTERS-1:0]        gnt_o,
  input periph_req_t [MASTERS-1:0] access_i,
  input logic [MASTERS-1:0]        rvalid_o,
  input logic [31:0]               rdata_o,
  input logic [TARGETS-1:0]        req_o,
  input logic [TARGETS-1:0]        gnt_i,
  input periph_req_t               access_o,
  input logic [TARGETS-1:0][31:0]  rdata_i,
  input logic [MASTERS-1:0]        chosen
);

  logic [4:0]  place, place_q;
  logic [31:0] answer;

  always_comb begin
    unique casez (access_o.add)
      14'b00_00??_????_????: place = 5'b00001;  // control unit
      14'b00_01??_????_????: place = 5'b00010;  // timer
      14'b00_10??_????_????: place = 5'b00100;  // event unit
      14'b01_0???_????_????: place = 5'b01000;  // accelerator
      14'b01_1???_????_????: place = 5'b10000;  // DMA
      default:               place = 5'b00000;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) place_q <= '0;
    else         place_q <= place;
  end

  always_comb begin
    answer = 32'hBADA_CCE5;
    for (int unsigned t = 0; t < TARGETS; t++) begin
      if (place_q[t]) answer = rdata_i[t];
    end
  end

  always @(posedge clk_i) if (rst_ni) begin
    one_access_a_cycle: assert ($onehot0(chosen) && (req_i != '0 -> chosen != '0))
      else $error("no access has the bus though one is there (contract C4.1)");
    reaches_its_target: assert (req_o == (chosen != '0 ? TARGETS'(place) : '0))
      else $error("an access goes to another target than that of its address (contract C4.2)");
    granted_by_its_target: assert (gnt_o == (place == '0 || (TARGETS'(place) & gnt_i) != '0 ? chosen : '0))
      else $error("an access is granted by another target than its own, or waits for none (contract C3.2)");
    reads_what_its_target_has: assert (rvalid_o != '0 -> rdata_o == answer)
      else $error("a read gives something else than its target answers");
  end
  for (genvar m = 0; m < int'(MASTERS); m++) begin : gen_master
    always @(posedge clk_i) if (rst_ni) begin
      goes_unchanged: assert (chosen[m] -> access_o == access_i[m])
        else $error("an access changed on its way (contract C4.2)");
    end
  end

endmodule

bind cluster_periph_bus cluster_periph_bus_properties #(.MASTERS(MASTERS), .TARGETS(TARGETS)) i_properties (.*);
