// SPDX-License-Identifier: Apache-2.0
// The cluster: cores, TCDM, the accelerator and DMA that share it, and the peripherals that tie them together.
// Outside are the instruction memory, L2, and whoever boots it through the host port (docs/cluster.md).

module cluster_top
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES     = 8,        // 1, 2, 4 or 8
  parameter int unsigned BANKS       = 16,       // of the TCDM, a power of two, at least DW/32 + 1
  parameter int unsigned TCDM_BYTES  = 131072,   // a power of two, at most 1 MiB
  parameter int unsigned L2_BYTES    = 2097152,  // a power of two; what the DMA takes for L2
  parameter bit          FPU         = 1'b1,     // of the cores
  parameter logic [7:0]  NUMERATOR   = 8'd1,     // arbitration between accelerator and the others after reset
  parameter logic [7:0]  DENOMINATOR = 8'd2,
  parameter int unsigned H           = 4,        // accelerator, see redmule_top
  parameter int unsigned L           = 12,
  parameter int unsigned P           = 3,
  parameter int unsigned DW          = 256
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  // host: accesses to the peripheral space, before and while the cores run
  input  logic                     host_req_i,
  output logic                     host_gnt_o,
  input  logic [13:0]              host_add_i,
  input  logic                     host_we_i,
  input  logic [3:0]               host_be_i,
  input  logic [31:0]              host_wdata_i,
  output logic                     host_rvalid_o,
  output logic [31:0]              host_rdata_o,
  // instruction memory
  output logic [N_CORES-1:0]       instr_req_o,
  input  logic [N_CORES-1:0]       instr_gnt_i,
  output logic [N_CORES-1:0][31:0] instr_add_o,
  input  logic [N_CORES-1:0]       instr_rvalid_i,
  input  logic [N_CORES-1:0][31:0] instr_rdata_i,
  // L2, answers of reads in order
  output logic                     l2_req_o,
  input  logic                     l2_gnt_i,
  output logic                     l2_we_o,
  output logic [31:0]              l2_add_o,
  output logic [7:0]               l2_be_o,
  output logic [63:0]              l2_wdata_o,
  input  logic                     l2_rvalid_i,
  input  logic [63:0]              l2_rdata_i,
  // state
  output logic                     eoc_o,       // the program has ended
  output logic [31:0]              return_o,    // with this value
  output logic [N_CORES-1:0]       trapped_o,   // a core has met an exception
  output logic [N_CORES-1:0]       asleep_o,
  output logic                     busy_o       // of the accelerator
);

  if (N_CORES != 1 && N_CORES != 2 && N_CORES != 4 && N_CORES != 8) begin : gen_bad_cores
    $fatal(1, "cluster_top: N_CORES must be 1, 2, 4 or 8");
  end
  if (L2_BYTES < 1024 || 2 ** $clog2(L2_BYTES) != L2_BYTES) begin : gen_bad_l2
    $fatal(1, "cluster_top: L2_BYTES must be a power of two, at least 1024");
  end

  localparam int unsigned N_LOG = N_CORES + 2;  // cores, then the two ports of the DMA

  // ---- TCDM
  logic      [N_LOG-1:0]       log_req, log_gnt, log_rvalid;
  tcdm_req_t [N_LOG-1:0]       log_access;
  logic      [N_LOG-1:0][31:0] log_rdata;
  logic                        wide_req, wide_gnt, wide_wen, wide_rvalid, wide_first;
  logic [31:0]                 wide_add;
  logic [DW/8+3:0]             wide_be;
  logic [DW+31:0]              wide_wdata, wide_rdata;
  logic [7:0]                  numerator, denominator;

  cluster_tcdm #(
    .N_LOG(N_LOG),
    .BANKS(BANKS),
    .BYTES(TCDM_BYTES),
    .DW   (DW)
  ) i_tcdm (
    .clk_i,
    .rst_ni,
    .wide_first_i (wide_first),
    .numerator_i  (numerator),
    .denominator_i(denominator),
    .log_req_i    (log_req),
    .log_gnt_o    (log_gnt),
    .log_access_i (log_access),
    .log_rvalid_o (log_rvalid),
    .log_rdata_o  (log_rdata),
    .wide_req_i   (wide_req),
    .wide_gnt_o   (wide_gnt),
    .wide_add_i   (wide_add),
    .wide_we_i    (!wide_wen),
    .wide_be_i    (wide_be),
    .wide_wdata_i (wide_wdata),
    .wide_rdata_o (wide_rdata),
    .wide_rvalid_o(wide_rvalid)
  );

  // ---- cores
  logic        [N_CORES-1:0]       fetch_enable, clock_en, error;
  logic        [N_CORES-1:0][31:0] boot_addr, error_add;
  periph_req_t [N_CORES:0]         bus_access;  // the host's last
  logic        [N_CORES:0]         bus_req, bus_gnt, bus_rvalid;
  logic        [31:0]              bus_rdata;
  logic        [N_CORES-1:0]       event_req, event_gnt, event_rvalid;
  logic        [N_CORES-1:0][31:0] event_rdata;

  for (genvar c = 0; c < N_CORES; c++) begin : gen_cores
    cluster_core #(
      .FPU       (FPU),
      .TCDM_BYTES(TCDM_BYTES)
    ) i_core (
      .clk_i,
      .rst_ni,
      .hart_id_i      (32'(c)),
      .boot_addr_i    (boot_addr[c]),
      .fetch_enable_i (fetch_enable[c]),
      .clock_en_i     (clock_en[c]),
      .asleep_o       (asleep_o[c]),
      .instr_req_o    (instr_req_o[c]),
      .instr_gnt_i    (instr_gnt_i[c]),
      .instr_rvalid_i (instr_rvalid_i[c]),
      .instr_add_o    (instr_add_o[c]),
      .instr_rdata_i  (instr_rdata_i[c]),
      .tcdm_req_o     (log_req[c]),
      .tcdm_gnt_i     (log_gnt[c]),
      .tcdm_access_o  (log_access[c]),
      .tcdm_rvalid_i  (log_rvalid[c]),
      .tcdm_rdata_i   (log_rdata[c]),
      .periph_access_o(bus_access[c]),
      .periph_req_o   (bus_req[c]),
      .periph_gnt_i   (bus_gnt[c]),
      .periph_rvalid_i(bus_rvalid[c]),
      .periph_rdata_i (bus_rdata),
      .event_req_o    (event_req[c]),
      .event_gnt_i    (event_gnt[c]),
      .event_rvalid_i (event_rvalid[c]),
      .event_rdata_i  (event_rdata[c]),
      .error_o        (error[c]),
      .error_add_o    (error_add[c])
    );
  end

  // ---- peripheral bus
  localparam int unsigned TARGETS = 5;
  localparam int unsigned CONTROL = 0, TIMER = 1, EVENT = 2, ACC = 3, DMA = 4;

  logic        [TARGETS-1:0]       target_req, target_gnt;
  periph_req_t                     target_access;
  logic        [TARGETS-1:0][31:0] target_rdata;

  assign bus_req[N_CORES]    = host_req_i;
  assign bus_access[N_CORES] = '{add: host_add_i, we: host_we_i, be: host_be_i, wdata: host_wdata_i, id: '0};
  assign host_gnt_o          = bus_gnt[N_CORES];
  assign host_rvalid_o       = bus_rvalid[N_CORES];
  assign host_rdata_o        = bus_rdata;

  cluster_periph_bus #(
    .MASTERS(N_CORES + 1),
    .TARGETS(TARGETS),
    .FIRST  ({14'h1800, 14'h1000, 14'h0800, 14'h0400, 14'h0000}),
    .LAST   ({14'h1FFF, 14'h17FF, 14'h0BFF, 14'h07FF, 14'h03FF})
  ) i_periph_bus (
    .clk_i,
    .rst_ni,
    .req_i   (bus_req),
    .gnt_o   (bus_gnt),
    .access_i(bus_access),
    .rvalid_o(bus_rvalid),
    .rdata_o (bus_rdata),
    .req_o   (target_req),
    .gnt_i   (target_gnt),
    .access_o(target_access),
    .rdata_i (target_rdata)
  );

  // A core has one access at a time, so its address is that of either error.
  logic [N_CORES-1:0] gap;  // a core has accessed a gap between the targets

  assign gap = (target_req == '0) ? bus_gnt[N_CORES-1:0] : '0;

  cluster_control_unit #(
    .N_CORES    (N_CORES),
    .BANKS      (BANKS),
    .TCDM_BYTES (TCDM_BYTES),
    .NUMERATOR  (NUMERATOR),
    .DENOMINATOR(DENOMINATOR)
  ) i_control_unit (
    .clk_i,
    .rst_ni,
    .req_i         (target_req[CONTROL]),
    .access_i      (target_access),
    .rdata_o       (target_rdata[CONTROL]),
    .error_i       (error | gap),
    .error_add_i   (error_add),
    .fetch_enable_o(fetch_enable),
    .boot_addr_o   (boot_addr),
    .wide_first_o  (wide_first),
    .numerator_o   (numerator),
    .denominator_o (denominator),
    .eoc_o,
    .return_o,
    .trapped_o
  );

  logic [1:0] timer_evt;

  cluster_timer i_timer (
    .clk_i,
    .rst_ni,
    .req_i   (target_req[TIMER]),
    .access_i(target_access),
    .rdata_o (target_rdata[TIMER]),
    .evt_o   (timer_evt)
  );

  logic [N_CORES-1:0][1:0] dma_evt, acc_evt;

  cluster_event_unit #(
    .N_CORES(N_CORES)
  ) i_event_unit (
    .clk_i,
    .rst_ni,
    .req_i       (target_req[EVENT]),
    .access_i    (target_access),
    .rdata_o     (target_rdata[EVENT]),
    .own_req_i   (event_req),
    .own_gnt_o   (event_gnt),
    .own_access_i(bus_access[N_CORES-1:0]),
    .own_rvalid_o(event_rvalid),
    .own_rdata_o (event_rdata),
    .dma_i       (dma_evt),
    .timer_i     (timer_evt),
    .acc_i       (acc_evt),
    .asleep_i    (asleep_o),
    .clock_en_o  (clock_en)
  );

  // ---- accelerator
  assign target_gnt[CONTROL] = 1'b1;
  assign target_gnt[TIMER]   = 1'b1;
  assign target_gnt[EVENT]   = 1'b1;
  assign target_gnt[DMA]     = 1'b1;

  redmule_top #(
    .H      (H),
    .L      (L),
    .P      (P),
    .DW     (DW),
    .N_CORES(N_CORES)
  ) i_redmule (
    .clk_i,
    .rst_ni,
    .test_mode_i     (1'b0),
    .evt_o           (acc_evt),
    .busy_o,
    .tcdm_req_o      (wide_req),
    .tcdm_gnt_i      (wide_gnt),
    .tcdm_add_o      (wide_add),
    .tcdm_wen_o      (wide_wen),
    .tcdm_be_o       (wide_be),
    .tcdm_data_o     (wide_wdata),
    .tcdm_r_data_i   (wide_rdata),
    .tcdm_r_valid_i  (wide_rvalid),
    .periph_req_i    (target_req[ACC]),
    .periph_gnt_o    (target_gnt[ACC]),
    .periph_add_i    (32'(target_access.add)),
    .periph_wen_i    (!target_access.we),
    .periph_be_i     (target_access.be),
    .periph_data_i   (target_access.wdata),
    .periph_id_i     (target_access.id),
    .periph_r_data_o (target_rdata[ACC]),
    .periph_r_valid_o(),
    .periph_r_id_o   ()
  );

  // ---- DMA
  cluster_dma #(
    .N_CORES   (N_CORES),
    .TCDM_BYTES(TCDM_BYTES),
    .L2_BYTES  (L2_BYTES)
  ) i_dma (
    .clk_i,
    .rst_ni,
    .req_i        (target_req[DMA]),
    .access_i     (target_access),
    .rdata_o      (target_rdata[DMA]),
    .evt_o        (dma_evt),
    .tcdm_req_o   (log_req[N_LOG-1:N_CORES]),
    .tcdm_gnt_i   (log_gnt[N_LOG-1:N_CORES]),
    .tcdm_access_o(log_access[N_LOG-1:N_CORES]),
    .tcdm_rvalid_i(log_rvalid[N_LOG-1:N_CORES]),
    .tcdm_rdata_i (log_rdata[N_LOG-1:N_CORES]),
    .l2_req_o,
    .l2_gnt_i,
    .l2_we_o,
    .l2_add_o,
    .l2_be_o,
    .l2_wdata_o,
    .l2_rvalid_i,
    .l2_rdata_i
  );

endmodule
