// SPDX-License-Identifier: Apache-2.0
// Timer: a cycle counter and two comparators that send an event each (rtl/cluster/timer.rdl).

module cluster_timer
  import cluster_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  // register access, granted at once
  input  logic        req_i,
  input  periph_req_t access_i,
  output logic [31:0] rdata_o,
  // events of the comparators
  output logic [1:0]  evt_o
);

  localparam logic [3:0] CTRL     = 4'h0;
  localparam logic [3:0] COUNT    = 4'h4;
  localparam logic [3:0] COMPARE0 = 4'h8;
  localparam logic [3:0] COMPARE1 = 4'hC;

  logic [3:0]       offset;
  logic             write, low;
  logic [31:0]      mask, rdata, rdata_q, count_q, count_d;
  logic [2:0]       ctrl_q, ctrl_d;  // count, events of comparators 0 and 1
  logic [1:0][31:0] compare_q, compare_d;

  assign offset = {access_i.add[3:2], 2'b00};
  assign low    = access_i.add[9:4] == '0;
  assign write  = req_i && access_i.we && low;
  assign mask   = byte_mask(access_i.be);

  always_comb begin
    unique case (offset)
      CTRL:    rdata = 32'(ctrl_q);
      COUNT:   rdata = count_q;
      default: rdata = compare_q[offset == COMPARE1];
    endcase
  end

  always_comb begin
    ctrl_d    = ctrl_q;
    compare_d = compare_q;
    count_d   = count_q + 32'(ctrl_q[0]);
    if (write) begin
      unique case (offset)
        CTRL:     ctrl_d = (ctrl_q & ~mask[2:0]) | (access_i.wdata[2:0] & mask[2:0]);
        COUNT:    count_d = (count_q & ~mask) | (access_i.wdata & mask);
        COMPARE0: compare_d[0] = (compare_q[0] & ~mask) | (access_i.wdata & mask);
        default:  compare_d[1] = (compare_q[1] & ~mask) | (access_i.wdata & mask);
      endcase
    end
    for (int unsigned c = 0; c < 2; c++) evt_o[c] = ctrl_q[0] && ctrl_q[1+c] && count_q == compare_q[c];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rdata_q   <= '0;
      ctrl_q    <= 3'b001;  // counts from reset on
      count_q   <= '0;
      compare_q <= '0;
    end else begin
      if (req_i) rdata_q <= low ? rdata : '0;
      ctrl_q    <= ctrl_d;
      count_q   <= count_d;
      compare_q <= compare_d;
    end
  end

  assign rdata_o = rdata_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    counts_for_its_events: assert (evt_o != '0 -> ctrl_q[0])
      else $error("an event of a timer that does not count");
    count_goes_on: assert ($past(rst_ni && !write) -> count_q == $past(count_q + 32'(ctrl_q[0])))
      else $error("the counter left out a cycle (contract C6.2)");
  end
`endif

endmodule
