// SPDX-License-Identifier: Apache-2.0
// Passive monitor of a cluster, bound to cluster_top: hands what happens on the ports of the memories to one bench
// object (tb/cluster/dpi/monitor.h), what happens on the peripheral bus and between event unit and cores to another
// (tb/cluster/dpi/peripherals.h); they check it.

module cluster_monitor
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES = 8,
  parameter int unsigned N_LOG   = N_CORES + 2,
  parameter int unsigned TARGETS = 5,            // of the peripheral bus
  parameter int unsigned ACC     = 3,            // of these, the accelerator
  parameter int unsigned DMA     = 4,            // and the DMA
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
  // peripheral bus: masters, the host last, and targets
  input logic        [N_CORES:0]       bus_req,
  input logic        [N_CORES:0]       bus_gnt,
  input periph_req_t [N_CORES:0]       bus_access,
  input logic        [N_CORES:0]       bus_rvalid,
  input logic        [31:0]            bus_rdata,
  input logic        [TARGETS-1:0]     target_req,
  input logic        [TARGETS-1:0]     target_gnt,
  input periph_req_t                   target_access,
  input logic        [TARGETS-1:0][31:0] target_rdata,
  // private windows of the event unit, whose accesses are those of the bus, and what comes to it
  input logic [N_CORES-1:0]            event_req,
  input logic [N_CORES-1:0]            event_gnt,
  input logic [N_CORES-1:0]            event_rvalid,
  input logic [N_CORES-1:0][31:0]      event_rdata,
  input logic [N_CORES-1:0][1:0]       dma_evt,
  input logic [1:0]                    timer_evt,
  input logic [N_CORES-1:0][1:0]       acc_evt,
  // sleep
  input logic [N_CORES-1:0]            clock_en,
  input logic [N_CORES-1:0]            asleep
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
    input int unsigned offset, input byte unsigned we, input int unsigned wdata, input int unsigned id
  );
  import "DPI-C" function void cluster_accelerator_write(input int unsigned offset, input int unsigned id);
  import "DPI-C" function void cluster_bus_request(input int unsigned master, input longint unsigned access);
  import "DPI-C" function void cluster_bus_target(input longint unsigned access);
  import "DPI-C" function void cluster_bus_answer(
    input int unsigned rdata, input bit [TARGETS-1:0][31:0] targets
  );
  import "DPI-C" function void cluster_window_request(input int unsigned core, input longint unsigned access);
  import "DPI-C" function void cluster_window_answer(input int unsigned core, input int unsigned rdata);
  import "DPI-C" function void cluster_event_sources(
    input int unsigned dma, input int unsigned timer, input int unsigned accelerator
  );
  import "DPI-C" function void cluster_peripherals(
    input int unsigned req, input int unsigned gnt, input int unsigned rvalid, input int unsigned target_req,
    input int unsigned target_gnt, input int unsigned own_req, input int unsigned own_gnt,
    input int unsigned own_rvalid, input int unsigned clock_en, input int unsigned asleep
  );

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
      if (wide_req && wide_gnt) cluster_wide_access(wide_add, {7'd0, !wide_wen}, wide_be, wide_wdata);
      if (l2_req && l2_gnt) cluster_l2_access(l2_add, {7'd0, l2_we}, l2_be, l2_wdata);
      if (target_req[DMA] && target_gnt[DMA]) begin
        cluster_dma_access(32'({target_access.add[7:2], 2'd0}), {7'd0, target_access.we}, target_access.wdata,
                           32'(target_access.id));
      end
      if (target_req[ACC] && target_gnt[ACC] && target_access.we) begin
        cluster_accelerator_write(32'({target_access.add[7:2], 2'd0}), 32'(target_access.id));
      end
      // Peripheral bus and event unit: accesses, answers and events, then the handshakes that they belong to.
      for (int unsigned m = 0; m <= N_CORES; m++) if (bus_req[m]) cluster_bus_request(m, 64'(bus_access[m]));
      if (target_req != '0) cluster_bus_target(64'(target_access));
      if (bus_rvalid != '0) cluster_bus_answer(bus_rdata, target_rdata);
      for (int unsigned c = 0; c < N_CORES; c++) begin
        if (event_req[c]) cluster_window_request(c, 64'(bus_access[c]));
        if (event_rvalid[c]) cluster_window_answer(c, event_rdata[c]);
      end
      if ({dma_evt, timer_evt, acc_evt} != '0) cluster_event_sources(32'(dma_evt), 32'(timer_evt), 32'(acc_evt));
      cluster_peripherals(32'(bus_req), 32'(bus_gnt), 32'(bus_rvalid), 32'(target_req), 32'(target_gnt),
                          32'(event_req), 32'(event_gnt), 32'(event_rvalid), 32'(clock_en), 32'(asleep));
    end
  end

endmodule

bind cluster_top cluster_monitor #(
  .N_CORES(N_CORES),
  .TARGETS(TARGETS),
  .ACC    (ACC),
  .DMA    (DMA),
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
  .bus_req,
  .bus_gnt,
  .bus_access,
  .bus_rvalid,
  .bus_rdata,
  .target_req,
  .target_gnt,
  .target_access,
  .target_rdata,
  .event_req,
  .event_gnt,
  .event_rvalid,
  .event_rdata,
  .dma_evt,
  .timer_evt,
  .acc_evt,
  .clock_en,
  .asleep    (asleep_o)
);
