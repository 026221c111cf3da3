// SPDX-License-Identifier: Apache-2.0
// Top of the cluster's bench: clock, the cluster, the host that boots it, monitors and rules.
//
// The host and the rules of the interconnect live in C++ (tb/cluster/dpi/session.h, monitor.h); the accelerator's ports
// have the monitors and rules of the accelerator's own bench (tb/sv). Python sleeps on `wake` while a program runs.
module cluster_tb
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES    = 8,
  parameter int unsigned BANKS      = 16,
  parameter int unsigned TCDM_BYTES = 131072,
  parameter int unsigned L2_BYTES   = 2097152,
  parameter int unsigned L2_LATENCY = 20,
  parameter int unsigned CODE_BYTES = 65536,
  parameter bit          FPU        = 1'b1,
  parameter int unsigned H          = 4,
  parameter int unsigned L          = 12,
  parameter int unsigned P          = 3,
  parameter int unsigned DW         = 256
);

  import bench_pkg::bench_create, bench_pkg::Causes, bench_pkg::SlotBits;

  // One clock edge of the host; returns whether Python has something to look at.
  import "DPI-C" function bit cluster_host(
    input bit gnt, input bit rvalid, input int unsigned rdata, input bit eoc, input int unsigned trapped,
    input int unsigned returned, input int unsigned asleep, output bit rst_n, output bit req, output bit we,
    output int unsigned add, output int unsigned wdata
  );

  chandle bench;
  initial bench = bench_create(int'((DW + 32) / 32));

  // ---- clock and host
  logic               rst_n, host_req, host_we;
  logic [13:0]        host_add;
  logic [31:0]        host_wdata;
  logic               host_gnt, host_rvalid, eoc;
  logic [31:0]        host_rdata, returned;
  logic [N_CORES-1:0] trapped, asleep;
  logic               busy;
  bit                 over, next_rst_n, next_req, next_we;
  int unsigned        next_add, next_wdata;

  logic clk, wake;
  longint unsigned cycle_q;

  initial begin
    clk = 1'b0;
    wake = 1'b0;
    cycle_q = 0;
    rst_n = 1'b0;
    host_req = 1'b0;
  end

  always #1 clk = ~clk;
  always_ff @(posedge clk) cycle_q <= cycle_q + 1;

  always_ff @(posedge clk) begin : p_host
    over = cluster_host(host_gnt, host_rvalid, host_rdata, eoc, 32'(trapped), returned, 32'(asleep), next_rst_n,
                        next_req, next_we, next_add, next_wdata);
    rst_n      <= next_rst_n;
    host_req   <= next_req;
    host_we    <= next_we;
    host_add   <= 14'(next_add);
    host_wdata <= next_wdata;
    // A toggle, so that one value-change callback serves every wake-up.
    if (over) wake <= ~wake;
  end

  cluster_system #(
    .N_CORES   (N_CORES),
    .BANKS     (BANKS),
    .TCDM_BYTES(TCDM_BYTES),
    .L2_BYTES  (L2_BYTES),
    .L2_LATENCY(L2_LATENCY),
    .CODE_BYTES(CODE_BYTES),
    .FPU       (FPU),
    .H         (H),
    .L         (L),
    .P         (P),
    .DW        (DW)
  ) i_system (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .host_req_i   (host_req),
    .host_gnt_o   (host_gnt),
    .host_add_i   (host_add),
    .host_we_i    (host_we),
    .host_be_i    (4'hF),
    .host_wdata_i (host_wdata),
    .host_rvalid_o(host_rvalid),
    .host_rdata_o (host_rdata),
    .eoc_o        (eoc),
    .return_o     (returned),
    .trapped_o    (trapped),
    .asleep_o     (asleep),
    .busy_o       (busy)
  );

  // ---- ports of the accelerator, watched as in its own bench
  logic                        tcdm_req, tcdm_gnt, tcdm_wen, tcdm_r_valid;
  logic [31:0]                 tcdm_add;
  logic [(DW+32)/8-1:0]        tcdm_be;
  logic [DW+32-1:0]            tcdm_data;
  logic [N_CORES-1:0][1:0]     evt;
  logic                        periph_req, periph_gnt, periph_wen, periph_r_valid;
  logic [31:0]                 periph_add, periph_data, periph_r_data;
  logic [3:0]                  periph_be;
  logic [7:0]                  periph_id, periph_r_id;

  assign tcdm_req       = i_system.i_cluster.i_redmule.tcdm_req_o;
  assign tcdm_gnt       = i_system.i_cluster.i_redmule.tcdm_gnt_i;
  assign tcdm_wen       = i_system.i_cluster.i_redmule.tcdm_wen_o;
  assign tcdm_add       = i_system.i_cluster.i_redmule.tcdm_add_o;
  assign tcdm_be        = i_system.i_cluster.i_redmule.tcdm_be_o;
  assign tcdm_data      = i_system.i_cluster.i_redmule.tcdm_data_o;
  assign tcdm_r_valid   = i_system.i_cluster.i_redmule.tcdm_r_valid_i;
  assign evt            = i_system.i_cluster.i_redmule.evt_o;
  assign periph_req     = i_system.i_cluster.i_redmule.periph_req_i;
  assign periph_gnt     = i_system.i_cluster.i_redmule.periph_gnt_o;
  assign periph_add     = i_system.i_cluster.i_redmule.periph_add_i;
  assign periph_wen     = i_system.i_cluster.i_redmule.periph_wen_i;
  assign periph_be      = i_system.i_cluster.i_redmule.periph_be_i;
  assign periph_data    = i_system.i_cluster.i_redmule.periph_data_i;
  assign periph_id      = i_system.i_cluster.i_redmule.periph_id_i;
  assign periph_r_valid = i_system.i_cluster.i_redmule.periph_r_valid_o;
  assign periph_r_data  = i_system.i_cluster.i_redmule.periph_r_data_o;
  assign periph_r_id    = i_system.i_cluster.i_redmule.periph_r_id_o;

  wide_monitor #(
    .DW(DW)
  ) i_wide_monitor (
    .clk_i    (clk),
    .rst_ni   (rst_n),
    .bench_i  (bench),
    .cycle_i  (cycle_q),
    .busy_i   (busy),
    .req_i    (tcdm_req),
    .gnt_i    (tcdm_gnt),
    .add_i    (tcdm_add),
    .wen_i    (tcdm_wen),
    .be_i     (tcdm_be),
    .data_i   (tcdm_data),
    .r_valid_i(tcdm_r_valid)
  );

  tcdm_rules #(
    .DW     (DW),
    .N_CORES(N_CORES)
  ) i_tcdm_rules (
    .clk_i    (clk),
    .rst_ni   (rst_n),
    .bench_i  (bench),
    .cycle_i  (cycle_q),
    .req_i    (tcdm_req),
    .gnt_i    (tcdm_gnt),
    .add_i    (tcdm_add),
    .wen_i    (tcdm_wen),
    .be_i     (tcdm_be),
    .data_i   (tcdm_data),
    .r_valid_i(tcdm_r_valid),
    .evt_i    (evt)
  );

  logic        gnt_s, r_valid_s;  // for a driver, which is the cores here
  logic [31:0] r_data_s;
  logic [7:0]  r_id_s;

  periph_monitor i_periph_monitor (
    .clk_i      (clk),
    .rst_ni     (rst_n),
    .bench_i    (bench),
    .cycle_i    (cycle_q),
    .req_i      (periph_req),
    .gnt_i      (periph_gnt),
    .add_i      (periph_add),
    .wen_i      (periph_wen),
    .be_i       (periph_be),
    .data_i     (periph_data),
    .id_i       (periph_id),
    .r_data_i   (periph_r_data),
    .r_valid_i  (periph_r_valid),
    .r_id_i     (periph_r_id),
    .gnt_s_o    (gnt_s),
    .r_valid_s_o(r_valid_s),
    .r_data_s_o (r_data_s),
    .r_id_s_o   (r_id_s)
  );

  event_monitor #(
    .N_CORES(N_CORES)
  ) i_event_monitor (
    .clk_i  (clk),
    .rst_ni (rst_n),
    .bench_i(bench),
    .cycle_i(cycle_q),
    .evt_i  (evt)
  );

  logic [31:0]                  probe_jobs;
  logic [Causes*SlotBits-1:0]   probe_slots;

  // The build says where the accelerator's probe is, if it has one.
`ifdef ACCELERATOR_PROBE
  assign probe_jobs  = `ACCELERATOR_PROBE.jobs_o;
  assign probe_slots = (Causes * SlotBits)'(`ACCELERATOR_PROBE.slots_o);
`else
  assign probe_jobs  = '0;
  assign probe_slots = '0;
`endif

  probe_monitor i_probe_monitor (
    .clk_i  (clk),
    .rst_ni (rst_n),
    .bench_i(bench),
    .cycle_i(cycle_q),
    .jobs_i (probe_jobs),
    .slots_i(probe_slots)
  );

endmodule
