// SPDX-License-Identifier: Apache-2.0
// The accelerator as it works: register file, queue, control, streams, buffers and array, with all rows of the array
// or, at the full level of fault tolerance, with those of one half of it. Principles and speed: docs/accelerator.md.

module redmule_engine
  import redmule_pkg::*;
#(
  parameter int unsigned H       = 4,    // compute elements in a row, cascaded
  parameter int unsigned L       = 12,   // rows
  parameter int unsigned P       = 3,    // pipeline registers of the FMA, at least 1
  parameter int unsigned DW      = 256,  // payload bits of the TCDM port, a power of two
  parameter int unsigned N_CORES = 8,    // event targets, at most 8
  parameter int unsigned CONTEXTS = 2,   // jobs queued or running, 2 to 4
  parameter int unsigned FT      = 0,    // fault tolerance: 0 none, 1 of the data path, 2 full: one of two copies
  parameter bit          UPPER   = 1'b0, // which: it has the upper half of the rows
  localparam int unsigned COPIES = FT == 2 ? 2 : 1
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  output logic [N_CORES-1:0][1:0]   evt_o,
  output logic                      busy_o,
  output logic                      tcdm_req_o,
  input  logic                      tcdm_gnt_i,
  output logic [31:0]               tcdm_add_o,
  output logic                      tcdm_wen_o,
  output logic [DW/8+3:0]           tcdm_be_o,
  output logic [DW+31:0]            tcdm_data_o,
  input  logic [DW+31:0]            tcdm_r_data_i,
  input  logic                      tcdm_r_valid_i,
  input  logic                      periph_req_i,
  output logic                      periph_gnt_o,
  input  logic [31:0]               periph_add_i,
  input  logic                      periph_wen_i,
  input  logic [3:0]                periph_be_i,
  input  logic [31:0]               periph_data_i,
  input  logic [7:0]                periph_id_i,
  output logic [31:0]               periph_r_data_o,
  output logic                      periph_r_valid_o,
  output logic [7:0]                periph_r_id_o,
  // all copies, the one with the lower half of the rows first
  input  logic                      halt_i,       // they differed: nothing goes on until a soft clear
  output logic                      clear_o,      // soft clear
  output logic                      refuse_o,     // the store on offer is not to be stored
  input  logic                      refuse_i,     // says one of them
  output logic [DW-1:0]             row_o,        // what the rows of this one have for it
  output logic [DW-1:0]             piece_o,      // and as it goes to memory
  input  logic [COPIES-1:0][DW-1:0] rows_i,       // of all
  input  logic [COPIES-1:0][DW-1:0] pieces_i
);

  localparam int unsigned D        = H * (P + 1);
  localparam int unsigned PIECE    = DW / 8;
  localparam int unsigned Z_PIECES = (D * 2 + PIECE - 1) / PIECE;  // of a row of Y and Z
  localparam int unsigned BEFORE   = CONTEXTS - 1;  // jobs that may be in the engine before the next
  localparam int unsigned ROWS     = FT == 2 ? L / 2 : L;  // of the array that are here
  localparam int unsigned READERS  = 5;  // of the tile queue: the four streams by src_e, then the scheduler

  typedef logic [$clog2(CONTEXTS)-1:0] ctx_t;

  // what fault tolerance looks at, and nothing else
  typedef struct packed {
    logic                     programmed;  // the next job's mode
    ctx_t                     tail;        // its context
    logic [CONTEXTS-1:0][7:0] cores;
    logic                     read;        // of the counts
    logic [DW-1:0]            own;         // the store on offer, and the same of the row's twin
    logic [DW-1:0]            twin;
    logic [15:0]              bytes;
    logic [1:0]               bad;         // wrong operands of W
    logic                     alike;       // the twin's may be stored in its place
  } watched_t;

  // ---- register file, queue, control
  logic [7:0]          core;
  logic                acquire, trigger, finished_read, clear, clear_all, holder;
  logic                soft_clear;
  logic [31:0]         acquire_data, finished, status, running;
  job_t                programmed;
  job_t [CONTEXTS-1:0] jobs;
  ctx_t                head, next;
  ctx_t [BEFORE-1:0]   places_before;
  logic [BEFORE-1:0]   inside_before;
  job_t [BEFORE-1:0]   jobs_before;
  logic                pending, entered, behind, waiting, follow, start, enter, init, done, last_write, held;
  logic                tile_valid, queue_busy;
  logic [N_CORES-1:0]  event_core, event_fault;
  logic                again, refill;
  logic [31:0]         faults;
  logic [CONTEXTS-1:0] paired;  // jobs in fault-tolerant mode
  watched_t            watched;

  redmule_regfile #(
    .FT(FT)
  ) i_regfile (
    .clk_i,
    .rst_ni,
    .periph_req_i,
    .periph_gnt_o,
    .periph_add_i,
    .periph_wen_i,
    .periph_be_i,
    .periph_data_i,
    .periph_id_i,
    .periph_r_data_o,
    .periph_r_valid_o,
    .periph_r_id_o,
    .core_o         (core),
    .acquire_o      (acquire),
    .trigger_o      (trigger),
    .finished_read_o(finished_read),
    .faults_read_o  (watched.read),
    .clear_o        (soft_clear),
    .clear_all_o    (clear_all),
    .holder_i       (holder),
    .acquire_data_i (acquire_data),
    .finished_i     (finished),
    .status_i       (status),
    .running_i      (running),
    .faults_i       (faults),
    .job_o          (programmed),
    .paired_o       (watched.programmed)
  );

  assign clear   = soft_clear || (FT == 2 && halt_i);
  assign clear_o = soft_clear;

  redmule_queue #(
    .N_CORES (N_CORES),
    .CONTEXTS(CONTEXTS)
  ) i_queue (
    .clk_i,
    .rst_ni,
    .core_i         (core),
    .acquire_i      (acquire),
    .trigger_i      (trigger),
    .finished_read_i(finished_read),
    .clear_i        (clear),
    .clear_all_i    (clear_all),
    .job_i          (programmed),
    .holder_o       (holder),
    .acquire_data_o (acquire_data),
    .finished_o     (finished),
    .status_o       (status),
    .running_o      (running),
    .jobs_o         (jobs),
    .cores_o        (watched.cores),
    .tail_o         (watched.tail),
    .head_o         (head),
    .pending_o      (pending),
    .inside_o       (entered),
    .behind_o       (behind),
    .next_o         (next),
    .waiting_o      (waiting),
    .before_o       (places_before),
    .before_inside_o(inside_before),
    .start_i        (start),
    .enter_i        (enter),
    .done_i         (done),
    .event_o        (event_core),
    .busy_o         (queue_busy)
  );

  redmule_control #(
    .CONTEXTS(CONTEXTS)
  ) i_control (
    .clk_i,
    .rst_ni,
    .clear_i     (clear),
    .pending_i   (pending),
    .inside_i    (entered),
    .behind_i    (behind),
    .job_i       (jobs[head]),
    .last_write_i(last_write),
    .waiting_i   (waiting),
    .follow_i    (follow),
    .cutting_i   (tile_valid),
    .held_i      (held),
    .start_o     (start),
    .enter_o     (enter),
    .init_o      (init),
    .done_o      (done)
  );

  always_comb begin
    for (int unsigned b = 0; b < BEFORE; b++) jobs_before[b] = jobs[places_before[b]];
  end

  redmule_follow #(
    .CONTEXTS(CONTEXTS)
  ) i_follow (
    .clk_i,
    .rst_ni,
    .waiting_i(waiting),
    .next_i   (jobs[next]),
    .before_i (jobs_before),
    .inside_i (inside_before),
    .enter_i  (enter),
    .follow_o (follow)
  );

  always_comb begin
    for (int unsigned c = 0; c < N_CORES; c++) evt_o[c] = {event_fault[c], event_core[c]};
  end
  assign busy_o = queue_busy || held;

  // ---- tiles
  logic                tile_ready, tile_free;
  tile_t               tile;
  ctx_t                tile_job;
  logic  [READERS-1:0] read_valid, read_pop;
  tile_t [READERS-1:0] read_tile;
  ctx_t  [READERS-1:0] read_job;
  seq_t  [READERS-1:0] read_seq;

  redmule_tiler #(
    .L       (L),
    .D       (D),
    .PIECE   (PIECE),
    .CONTEXTS(CONTEXTS),
    .FT      (FT)
  ) i_tiler (
    .clk_i,
    .rst_ni,
    .clear_i   (clear),
    .start_i   (enter),
    .job_i     (jobs[next]),
    .paired_i  (paired[next]),
    .context_i (next),
    .valid_o   (tile_valid),
    .tile_o    (tile),
    .tile_job_o(tile_job),
    .halved_i  (paired[tile_job]),
    .ready_i   (tile_ready)
  );

  redmule_tile_queue #(
    .READERS (READERS),
    .CONTEXTS(CONTEXTS),
    .FT      (FT)
  ) i_tile_queue (
    .clk_i,
    .rst_ni,
    .init_i    (init),
    .valid_i   (tile_valid),
    .tile_i    (tile),
    .tile_job_i(tile_job),
    .ready_o   (tile_ready),
    .valid_o   (read_valid),
    .tile_o    (read_tile),
    .tile_job_o(read_job),
    .seq_o     (read_seq),
    .pop_i     (read_pop),
    .free_i    (tile_free),
    .again_i   (again)
  );

  // ---- streamer
  logic              x_take, x_take_bank, w_take_bank, y_take, y_take_bank, z_take, z_take_bank, z_release, z_bank;
  logic [H-1:0]      w_take;
  logic [1:0]        x_taken, x_full, y_taken, z_taken;
  logic [H-1:0][1:0] w_taken, w_full;
  logic [1:0][Z_PIECES-1:0] y_full, z_full;
  logic [7:0]        z_row, z_piece;
  ctx_t              z_job;
  logic [DW-1:0]     z_data, r_data, twin;
  logic              z_stored;
  logic              r_valid;
  dest_t             r_dest, placed;  // as the rows here are numbered
  logic [7:0]        z_place;

  redmule_streamer #(
    .H       (H),
    .P       (P),
    .DW      (DW),
    .CONTEXTS(CONTEXTS),
    .FT      (FT)
  ) i_streamer (
    .clk_i,
    .rst_ni,
    .clear_i      (clear),
    .init_i       (init),
    .drop_i       (halt_i),
    .jobs_i       (jobs),
    .tile_valid_i (read_valid[3:0]),
    .tile_i       (read_tile[3:0]),
    .tile_job_i   (read_job[3:0]),
    .tile_seq_i   (read_seq[3:0]),
    .tile_pop_o   (read_pop[3:0]),
    .tile_free_o  (tile_free),
    .x_taken_i    (x_taken),
    .x_take_o     (x_take),
    .x_bank_o     (x_take_bank),
    .w_taken_i    (w_taken),
    .w_take_o     (w_take),
    .w_bank_o     (w_take_bank),
    .y_taken_i    (y_taken),
    .y_take_o     (y_take),
    .y_bank_o     (y_take_bank),
    .z_taken_i    (z_taken),
    .z_full_i     (z_full),
    .z_take_o     (z_take),
    .z_take_bank_o(z_take_bank),
    .z_release_o  (z_release),
    .z_bank_o     (z_bank),
    .z_row_o      (z_row),
    .z_piece_o    (z_piece),
    .z_job_o      (z_job),
    .z_bytes_o    (watched.bytes),
    .z_data_i     (z_data),
    .z_refuse_i   (refuse_i),
    .z_store_o    (z_stored),
    .again_o      (again),
    .r_valid_o    (r_valid),
    .r_dest_o     (r_dest),
    .r_data_o     (r_data),
    .last_write_o (last_write),
    .held_o       (held),
    .tcdm_req_o,
    .tcdm_gnt_i,
    .tcdm_add_o,
    .tcdm_wen_o,
    .tcdm_be_o,
    .tcdm_data_o,
    .tcdm_r_data_i,
    .tcdm_r_valid_i
  );

  // ---- fault tolerance
  assign refill = init || (FT != 0 && again);

  if (FT != 0) begin : gen_guard
    redmule_guard #(
      .DW      (DW),
      .N_CORES (N_CORES),
      .CONTEXTS(CONTEXTS)
    ) i_guard (
      .clk_i,
      .rst_ni,
      .clear_i   (clear),
      .halted_i  (FT == 2 && halt_i),
      .init_i    (init),
      .trigger_i (trigger),
      .context_i (watched.tail),
      .paired_i  (watched.programmed),
      .paired_o  (paired),
      .bad_i     (watched.bad),
      .job_i     (z_job),
      .bank_i    (z_bank),
      .zeros_i   (jobs[z_job].n == '0 && jobs[z_job].op == MATMUL),
      .core_i    (watched.cores[z_job][N_CORES-1:0]),
      .own_i     (watched.own),
      .twin_i    (watched.twin),
      .bytes_i   (watched.bytes),
      .refuse_o,
      .alike_o   (watched.alike),
      .again_i   (again),
      .store_i   (z_stored),
      .tile_end_i(z_release),
      .read_i    (watched.read),
      .faults_o  (faults),
      .event_o   (event_fault)
    );
  end else begin : gen_no_guard
    assign paired      = '0;
    assign refuse_o    = 1'b0;
    assign faults      = '0;
    assign event_fault = '0;
  end

  if (FT == 2) begin : gen_half
    redmule_halves #(
      .L    (L),
      .DW   (DW),
      .UPPER(UPPER)
    ) i_halves (
      .dest_i (r_dest),
      .dest_o (placed),
      .row_i  (z_row),
      .place_o(z_place),
      .alike_i(watched.alike),
      .rows_i,
      .pieces_i,
      .own_o  (watched.own),
      .twin_o (watched.twin),
      .piece_o(z_data)
    );
  end else begin : gen_whole
    assign placed       = r_dest;
    assign z_place      = z_row;
    assign watched.own  = rows_i[0];
    assign watched.twin = twin;
    assign z_data       = pieces_i[0];
  end

  // ---- scheduler
  logic               advance, compute, first, x_bank, x_release, y_fetch, y_release;
  logic [H-1:0]       x_fetch, w_release, pass;
  op_e  [H-1:0]       op, end_op;
  logic [7:0]         x_idx;
  ctx_t               x_job;
  token_t [H-1:0]     fetch;
  ctx_t [H-1:0]       fetch_job;
  token_t             out;
  ctx_t               out_job;

  redmule_scheduler #(
    .H       (H),
    .P       (P),
    .PIECE   (PIECE),
    .CONTEXTS(CONTEXTS)
  ) i_scheduler (
    .clk_i,
    .rst_ni,
    .init_i      (refill),
    .jobs_i      (jobs),
    .tile_valid_i(read_valid[4]),
    .tile_i      (read_tile[4]),
    .tile_job_i  (read_job[4]),
    .tile_seq_i  (read_seq[4]),
    .tile_pop_o  (read_pop[4]),
    .x_full_i    (x_full),
    .w_full_i    (w_full),
    .y_full_i    (y_full),
    .z_taken_i   (z_taken),
    .z_full_i    (z_full),
    .x_fetch_o   (x_fetch),
    .x_bank_o    (x_bank),
    .x_idx_o     (x_idx),
    .x_job_o     (x_job),
    .x_release_o (x_release),
    .w_release_o (w_release),
    .y_fetch_o   (y_fetch),
    .y_release_o (y_release),
    .advance_o   (advance),
    .compute_o   (compute),
    .fetch_o     (fetch),
    .fetch_job_o (fetch_job),
    .pass_o      (pass),
    .op_o        (op),
    .end_op_o    (end_op),
    .first_o     (first),
    .out_o       (out),
    .out_job_o   (out_job)
  );

  // ---- buffers and array
  logic [H-1:0][ROWS-1:0][15:0] x;
  logic [ROWS-1:0]              x_busy;
  logic [H-1:0][15:0]           w;
  logic [ROWS-1:0][15:0]        y, z;
  fmt_e [H-1:0]                 w_fmt;

  always_comb begin
    for (int unsigned h = 0; h < H; h++) w_fmt[h] = jobs[fetch_job[h]].w_fmt;
  end

  redmule_x_buffer #(
    .H (H),
    .L (ROWS),
    .DW(DW),
    .FT(FT)
  ) i_x_buffer (
    .clk_i,
    .rst_ni,
    .init_i      (refill),
    .fmt_i       (jobs[x_job].x_fmt),
    .take_i      (x_take),
    .take_bank_i (x_take_bank),
    .r_valid_i   (r_valid),
    .r_dest_i    (placed),
    .r_data_i    (r_data),
    .taken_o     (x_taken),
    .full_o      (x_full),
    .fetch_i     (x_fetch),
    .fetch_bank_i(x_bank),
    .fetch_idx_i (x_idx),
    .release_i   (x_release),
    .x_o         (x),
    .busy_o      (x_busy)
  );

  redmule_w_buffer #(
    .H (H),
    .D (D),
    .DW(DW),
    .FT(FT)
  ) i_w_buffer (
    .clk_i,
    .rst_ni,
    .init_i     (refill),
    .fmt_i      (w_fmt),
    .take_i     (w_take),
    .take_bank_i(w_take_bank),
    .r_valid_i  (r_valid),
    .r_dest_i   (placed),
    .r_data_i   (r_data),
    .taken_o    (w_taken),
    .full_o     (w_full),
    .advance_i  (advance),
    .fetch_i    (fetch),
    .release_i  (w_release),
    .w_o        (w),
    .bad_o      (watched.bad)
  );

  redmule_y_buffer #(
    .L (ROWS),
    .D (D),
    .DW(DW),
    .FT(FT)
  ) i_y_buffer (
    .clk_i,
    .rst_ni,
    .init_i      (refill),
    .fmt_i       (jobs[fetch_job[0]].z_fmt),
    .take_i      (y_take),
    .take_bank_i (y_take_bank),
    .r_valid_i   (r_valid),
    .r_dest_i    (placed),
    .r_data_i    (r_data),
    .taken_o     (y_taken),
    .full_o      (y_full),
    .fetch_i     (y_fetch),
    .fetch_bank_i(fetch[0].tile_bank),
    .fetch_col_i (fetch[0].col),
    .release_i   (y_release),
    .y_o         (y)
  );

  redmule_array #(
    .H(H),
    .L(ROWS),
    .P(P)
  ) i_array (
    .clk_i,
    .rst_ni,
    .advance_i(compute),
    .busy_i   (x_busy),
    .op_i     (op),
    .end_op_i (end_op),
    .first_i  (first),
    .pass_i   (pass),
    .x_i      (x),
    .w_i      (w),
    .y_i      (y),
    .z_o      (z)
  );

  redmule_z_buffer #(
    .L (ROWS),
    .D (D),
    .DW(DW),
    .FT(FT)
  ) i_z_buffer (
    .clk_i,
    .rst_ni,
    .init_i     (refill),
    .advance_i  (advance),
    .fmt_i      (jobs[out_job].z_fmt),
    .out_i      (out),
    .z_i        (z),
    .copy_take_i(z_take),
    .copy_bank_i(z_take_bank),
    .r_valid_i  (r_valid),
    .r_dest_i   (placed),
    .r_data_i   (r_data),
    .copy_fmt_i (jobs[z_job].z_fmt),
    .copy_i     (jobs[z_job].n == '0),
    .release_i  (z_release),
    .bank_i     (z_bank),
    .row_i      (z_place),
    .piece_i    (z_piece),
    .data_o     (piece_o),
    .row_o,
    .twin_o     (twin),
    .taken_o    (z_taken),
    .full_o     (z_full)
  );

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    event_behind_the_end: assert (event_core != '0 -> $past(done) && busy_o)
      else $error("an event without the end of a job in the cycle before, or while not busy (contract A7.1, A4.3)");
    busy_while_it_asks: assert (tcdm_req_o -> busy_o)
      else $error("a request while not busy (contract A7.8)");
    word_address: assert (tcdm_add_o[1:0] == '0)
      else $error("an address that is no multiple of 4 (contract A4.1)");
  end
`endif

endmodule
