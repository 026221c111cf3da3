// SPDX-License-Identifier: Apache-2.0
// RedMulE: Z = (X op1 W) op2 Y on an array of H x L compute elements, behind flat ports (contract A4). At the full
// level of fault tolerance it is there twice, with half of the rows each, and what leaves is compared. Principles and
// speed: docs/accelerator.md.

module redmule_top #(
  parameter int unsigned H       = 4,    // compute elements in a row, cascaded
  parameter int unsigned L       = 12,   // rows
  parameter int unsigned P       = 3,    // pipeline registers of the FMA, at least 1
  parameter int unsigned DW      = 256,  // payload bits of the TCDM port, a power of two
  parameter int unsigned N_CORES = 8,    // event targets, at most 8
  parameter int unsigned CONTEXTS = 2,   // jobs queued or running, 2 to 4
  parameter int unsigned FT      = 0     // fault tolerance: 0 none, 1 of the data path, 2 full
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    test_mode_i,
  output logic [N_CORES-1:0][1:0] evt_o,
  output logic                    busy_o,
  output logic                    tcdm_req_o,
  input  logic                    tcdm_gnt_i,
  output logic [31:0]             tcdm_add_o,
  output logic                    tcdm_wen_o,
  output logic [DW/8+3:0]         tcdm_be_o,
  output logic [DW+31:0]          tcdm_data_o,
  input  logic [DW+31:0]          tcdm_r_data_i,
  input  logic                    tcdm_r_valid_i,
  input  logic                    periph_req_i,
  output logic                    periph_gnt_o,
  input  logic [31:0]             periph_add_i,
  input  logic                    periph_wen_i,
  input  logic [3:0]              periph_be_i,
  input  logic [31:0]             periph_data_i,
  input  logic [7:0]              periph_id_i,
  output logic [31:0]             periph_r_data_o,
  output logic                    periph_r_valid_o,
  output logic [7:0]              periph_r_id_o
);

  localparam int unsigned D      = H * (P + 1);
  localparam int unsigned BYTES  = DW / 8 + 4;          // of the TCDM port
  localparam int unsigned COPIES = FT == 2 ? 2 : 1;  // with the rows of the array among them

  if (H < 1 || L < 1 || P < 1 || D > 255 || L > 255) begin : gen_bad_size
    $fatal(1, "redmule_top: H, L and P must be at least 1, H*(P+1) and L at most 255");
  end
  if (DW < 64 || DW > 1024 || 2 ** $clog2(DW) != DW) begin : gen_bad_width
    $fatal(1, "redmule_top: DW must be 64, 128, 256, 512 or 1024");
  end
  if ((DW / 16) % H != 0) begin : gen_bad_chunk
    $fatal(1, "redmule_top: a port word must hold whole chunks of X: DW/16 must be a multiple of H");
  end
  if (N_CORES < 1 || N_CORES > 8) begin : gen_bad_cores
    $fatal(1, "redmule_top: N_CORES must be 1..8");
  end

  if (CONTEXTS < 2 || CONTEXTS > 4) begin : gen_bad_contexts
    $fatal(1, "redmule_top: CONTEXTS must be 2..4");
  end

  if (FT > 2) begin : gen_bad_level
    $fatal(1, "redmule_top: FT must be 0 (none), 1 (data path) or 2 (full)");
  end
  if (FT != 0 && L % 2 != 0) begin : gen_bad_pairs
    $fatal(1, "redmule_top: with FT, rows work in pairs: L must be even");
  end

  // of the register port
  typedef struct packed {
    logic        gnt;
    logic        valid;
    logic [7:0]  id;
    logic [31:0] data;
  } answer_t;

  // The first copy is the one that the ports show.
  logic    [COPIES-1:0][N_CORES-1:0][1:0] evt;
  logic    [COPIES-1:0]                   busy, req, granted, wen, halt, clear, refuse;
  logic    [COPIES-1:0][31:0]             add;
  logic    [COPIES-1:0][BYTES-1:0]        be;
  logic    [COPIES-1:0][BYTES*8-1:0]      data;
  answer_t [COPIES-1:0]                   answer;
  logic    [COPIES-1:0][DW-1:0]           row, piece;  // of the store on offer, from the rows of each
  logic                                   stop;
  logic    [N_CORES-1:0]                  halted;

  redmule_engine #(
    .H       (H),
    .L       (L),
    .P       (P),
    .DW      (DW),
    .N_CORES (N_CORES),
    .CONTEXTS(CONTEXTS),
    .FT      (FT),
    .UPPER   (1'b0)
  ) i_engine (
    .clk_i,
    .rst_ni,
    .evt_o           (evt[0]),
    .busy_o          (busy[0]),
    .tcdm_req_o      (req[0]),
    .tcdm_gnt_i      (granted[0]),
    .tcdm_add_o      (add[0]),
    .tcdm_wen_o      (wen[0]),
    .tcdm_be_o       (be[0]),
    .tcdm_data_o     (data[0]),
    .tcdm_r_data_i,
    .tcdm_r_valid_i,
    .periph_req_i,
    .periph_gnt_o    (answer[0].gnt),
    .periph_add_i,
    .periph_wen_i,
    .periph_be_i,
    .periph_data_i,
    .periph_id_i,
    .periph_r_data_o (answer[0].data),
    .periph_r_valid_o(answer[0].valid),
    .periph_r_id_o   (answer[0].id),
    .halt_i          (halt[0]),
    .clear_o         (clear[0]),
    .refuse_o        (refuse[0]),
    .refuse_i        (refuse != '0),
    .row_o           (row[0]),
    .piece_o         (piece[0]),
    .rows_i          (row),
    .pieces_i        (piece)
  );

  if (FT == 2) begin : gen_full
    redmule_engine #(
      .H       (H),
      .L       (L),
      .P       (P),
      .DW      (DW),
      .N_CORES (N_CORES),
      .CONTEXTS(CONTEXTS),
      .FT      (FT),
      .UPPER   (1'b1)
    ) i_engine (
      .clk_i,
      .rst_ni,
      .evt_o           (evt[1]),
      .busy_o          (busy[1]),
      .tcdm_req_o      (req[1]),
      .tcdm_gnt_i      (granted[1]),
      .tcdm_add_o      (add[1]),
      .tcdm_wen_o      (wen[1]),
      .tcdm_be_o       (be[1]),
      .tcdm_data_o     (data[1]),
      .tcdm_r_data_i,
      .tcdm_r_valid_i,
      .periph_req_i,
      .periph_gnt_o    (answer[1].gnt),
      .periph_add_i,
      .periph_wen_i,
      .periph_be_i,
      .periph_data_i,
      .periph_id_i,
      .periph_r_data_o (answer[1].data),
      .periph_r_valid_o(answer[1].valid),
      .periph_r_id_o   (answer[1].id),
      .halt_i          (halt[1]),
      .clear_o         (clear[1]),
      .refuse_o        (refuse[1]),
      .refuse_i        (refuse != '0),
      .row_o           (row[1]),
      .piece_o         (piece[1]),
      .rows_i          (row),
      .pieces_i        (piece)
    );

    redmule_lockstep #(
      .N_CORES(N_CORES),
      .BYTES  (BYTES),
      .STATE  ($bits({evt[0], busy[0], answer[0]}))
    ) i_lockstep (
      .clk_i,
      .rst_ni,
      // of the first copy, what leaves; events and requests wait for the comparison
      .state_i   ({{evt[1], busy[1], answer[1]},
                   {evt[0], busy_o, periph_gnt_o, periph_r_valid_o, periph_r_id_o, periph_r_data_o}}),
      .req_i     (req),
      .add_i     ({add[1], tcdm_add_o}),
      .wen_i     ({wen[1], tcdm_wen_o}),
      .be_i      ({be[1], tcdm_be_o}),
      .data_i    ({data[1], tcdm_data_o}),
      .clear_i   (clear),
      .evt_i     (evt[1]),
      .stop_o    (stop),
      .stop_i    (stop),
      .req_sent_i(tcdm_req_o),
      .evt_sent_i(evt_o),
      .halt_o    (halt),
      .event_o   (halted)
    );
  end else begin : gen_single
    assign stop   = 1'b0;
    assign halt   = '0;
    assign halted = '0;
  end

  assign granted          = {COPIES{tcdm_gnt_i && !stop}};
  assign tcdm_req_o       = req[0] && !stop;
  assign tcdm_add_o       = add[0];
  assign tcdm_wen_o       = FT == 2 ? wen[0] || !req[0] : wen[0];  // without a request nothing could be written
  assign tcdm_be_o        = be[0];
  assign tcdm_data_o      = data[0];
  assign busy_o           = busy[0];
  assign periph_gnt_o     = answer[0].gnt;
  assign periph_r_valid_o = answer[0].valid;
  assign periph_r_id_o    = answer[0].id;
  assign periph_r_data_o  = answer[0].data;

  always_comb begin
    for (int unsigned c = 0; c < N_CORES; c++) evt_o[c] = (stop ? 2'b00 : evt[0][c]) | {halted[c], 1'b0};
  end

endmodule
