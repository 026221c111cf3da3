// SPDX-License-Identifier: Apache-2.0
// Passive monitor of a cluster, bound to cluster_top: hands what happens on the ports of the memories, on the register
// port of the accelerator and with the sleep of the cores to the bench object (tb/cluster/monitor.h), which checks it.

module cluster_monitor
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES = 8,
  parameter int unsigned N_LOG   = N_CORES + 2,
  parameter int unsigned DW      = 256
) (
  input logic                        clk_i,
  input logic                        rst_ni,
  // arbitration
  input logic                        wide_first,
  input logic [7:0]                  numerator,
  input logic [7:0]                  denominator,
  // logarithmic branch
  input logic      [N_LOG-1:0]       log_req,
  input logic      [N_LOG-1:0]       log_gnt,
  input tcdm_req_t [N_LOG-1:0]       log_access,
  input logic      [N_LOG-1:0]       log_rvalid,
  input logic      [N_LOG-1:0][31:0] log_rdata,
  // conflicts between the branches
  input logic                        conflict,
  input logic                        wide_wins,
  // wide branch
  input logic                        wide_req,
  input logic                        wide_gnt,
  input logic [31:0]                 wide_add,
  input logic                        wide_wen,
  input logic [DW/8+3:0]             wide_be,
  input logic [DW+31:0]              wide_wdata,
  input logic [DW+31:0]              wide_rdata,
  input logic                        wide_rvalid,
  // L2
  input logic                        l2_req,
  input logic                        l2_gnt,
  input logic                        l2_we,
  input logic [31:0]                 l2_add,
  input logic [7:0]                  l2_be,
  input logic [63:0]                 l2_wdata,
  input logic                        l2_rvalid,
  input logic [63:0]                 l2_rdata,
  // DMA registers
  input logic                        dma_req,
  input periph_req_t                 dma_access,
  // jobs, events and sleep
  input logic                        acc_req,
  input logic                        acc_gnt,
  input logic                        acc_we,
  input logic [5:0]                  acc_index,
  input logic [7:0]                  acc_id,
  input logic [N_CORES-1:0][1:0]     acc_evt,
  input logic [N_CORES-1:0][EVENTS-1:0] events_in,
  input logic [N_CORES-1:0]          asleep
);

  import "DPI-C" function void cluster_cycle(
    input int unsigned req, input int unsigned gnt, input int unsigned rvalid, input int unsigned ratio,
    input byte unsigned wide, input byte unsigned l2, input int unsigned events, input int unsigned asleep
  );
  import "DPI-C" function void cluster_log_access(
    input int unsigned port, input int unsigned word, input byte unsigned kind, input byte unsigned be,
    input int unsigned wdata
  );
  import "DPI-C" function void cluster_log_answer(input int unsigned port, input int unsigned rdata);
  import "DPI-C" function void cluster_wide_access(
    input int unsigned add, input byte unsigned we, input bit [DW/8+3:0] be, input bit [DW+31:0] wdata
  );
  import "DPI-C" function void cluster_wide_answer(input bit [DW+31:0] rdata);
  import "DPI-C" function void cluster_l2_access(
    input int unsigned add, input byte unsigned we, input byte unsigned be, input longint unsigned wdata
  );
  import "DPI-C" function void cluster_l2_answer(input longint unsigned rdata);
  import "DPI-C" function void cluster_rival(input int unsigned port, input int unsigned word);
  import "DPI-C" function void cluster_dma_access(
    input int unsigned index, input byte unsigned we, input int unsigned wdata, input int unsigned id
  );
  import "DPI-C" function void cluster_event(input int unsigned core, input int unsigned lines);
  import "DPI-C" function void cluster_trigger(input int unsigned id);
  import "DPI-C" function void cluster_clear();

  // registers of the accelerator
  localparam logic [5:0] TRIGGER    = 6'h00;
  localparam logic [5:0] SOFT_CLEAR = 6'h05;

  logic [7:0] events;

  always_comb begin
    events = '0;
    for (int unsigned c = 0; c < N_CORES; c++) events[c] = acc_evt[c][0];
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      cluster_cycle(32'(log_req), 32'(log_gnt), 32'(log_rvalid), {15'd0, wide_first, denominator, numerator},
                    {3'd0, wide_wins, conflict, wide_rvalid, wide_gnt, wide_req}, {5'd0, l2_rvalid, l2_gnt, l2_req}, 32'(events),
                    32'(asleep));
      // Answers belong to accesses of earlier cycles.
      for (int unsigned p = 0; p < N_LOG; p++) if (log_rvalid[p]) cluster_log_answer(p, log_rdata[p]);
      if (wide_rvalid) cluster_wide_answer(wide_rdata);
      if (l2_rvalid) cluster_l2_answer(l2_rdata);
      for (int unsigned p = 0; p < N_LOG; p++) begin
        if (log_req[p] && log_gnt[p]) begin
          cluster_log_access(p, 32'(log_access[p].word), {6'd0, log_access[p].tas, log_access[p].we},
                             {4'd0, log_access[p].be}, log_access[p].wdata);
        end
      end
      // Where somebody loses: who wanted which bank.
      if ((log_req & ~log_gnt) != '0) begin
        for (int unsigned p = 0; p < N_LOG; p++) if (log_req[p]) cluster_rival(p, 32'(log_access[p].word));
      end
      for (int unsigned c = 0; c < N_CORES; c++) if (events_in[c] != '0) cluster_event(c, 32'(events_in[c]));
      if (dma_req) begin
        cluster_dma_access(32'(dma_access.add[7:2]), {7'd0, dma_access.we}, dma_access.wdata, 32'(dma_access.id));
      end
      if (wide_req && wide_gnt) cluster_wide_access(wide_add, {7'd0, !wide_wen}, wide_be, wide_wdata);
      if (l2_req && l2_gnt) cluster_l2_access(l2_add, {7'd0, l2_we}, l2_be, l2_wdata);
      if (acc_req && acc_gnt && acc_we) begin
        if (acc_index == TRIGGER) cluster_trigger(32'(acc_id));
        if (acc_index == SOFT_CLEAR) cluster_clear();
      end
    end
  end

endmodule

bind cluster_top cluster_monitor #(
  .N_CORES(N_CORES),
  .DW     (DW)
) i_monitor (
  .clk_i,
  .rst_ni,
  .wide_first,
  .numerator,
  .denominator,
  .log_req,
  .log_gnt,
  .log_access,
  .log_rvalid,
  .log_rdata,
  .conflict  (i_tcdm.conflict),
  .wide_wins (i_tcdm.wide_wins),
  .wide_req,
  .wide_gnt,
  .wide_add,
  .wide_wen,
  .wide_be,
  .wide_wdata,
  .wide_rdata,
  .wide_rvalid,
  .l2_req    (l2_req_o),
  .l2_gnt    (l2_gnt_i),
  .l2_we     (l2_we_o),
  .l2_add    (l2_add_o),
  .l2_be     (l2_be_o),
  .l2_wdata  (l2_wdata_o),
  .l2_rvalid (l2_rvalid_i),
  .l2_rdata  (l2_rdata_i),
  .acc_req   (target_req[ACC]),
  .acc_gnt   (target_gnt[ACC]),
  .acc_we    (target_access.we),
  .acc_index (target_access.add[7:2]),
  .acc_id    (target_access.id),
  .acc_evt,
  .dma_req   (target_req[DMA]),
  .dma_access(target_access),
  .events_in (i_event_unit.events),
  .asleep    (asleep_o)
);
