// SPDX-License-Identifier: Apache-2.0
// Moves X, W and Y from memory to the buffers and Z back, through one port. Each stream knows its next beat, the
// buffer bank that the beat needs, and the step of the array that needs the beat; the arbiter does the rest.
// A copy (N = 0) loads Y straight into the banks of Z.

module redmule_streamer
  import redmule_pkg::*;
#(
  parameter int unsigned H  = 4,    // compute elements in a row
  parameter int unsigned P  = 3,    // pipeline registers of the FMA
  parameter int unsigned DW = 256,  // payload bits of the port
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  parameter int unsigned FT = 0,  // fault tolerance: 0 none, 1 of the data path, 2 full
  localparam int unsigned CW = $clog2(CONTEXTS),  // bits of a context's number; a box of a proof has no types
  localparam int unsigned PIECE    = DW / 8,
  localparam int unsigned Z_PIECES = (H * (P + 1) * 2 + PIECE - 1) / PIECE   // of a row of Y and Z
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     clear_i,
  input  logic                     init_i,
  input  logic                     drop_i,       // full level: no request stays raised
  input  job_t [CONTEXTS-1:0]      jobs_i,
  // tiles, indexed by src_e
  input  logic  [3:0]              tile_valid_i,
  input  tile_t [3:0]              tile_i,
  input  logic [3:0][CW-1:0]       tile_job_i,
  input  seq_t  [3:0]              tile_seq_i,
  output logic  [3:0]              tile_pop_o,
  output logic                     tile_free_o,  // the oldest tile is stored
  // banks: which are taken, and which is taken with this cycle's beat
  input  logic [1:0]               x_taken_i,
  output logic                     x_take_o,
  output logic                     x_bank_o,
  input  logic [H-1:0][1:0]        w_taken_i,
  output logic [H-1:0]             w_take_o,
  output logic                     w_bank_o,
  input  logic [1:0]               y_taken_i,
  output logic                     y_take_o,
  output logic                     y_bank_o,
  input  logic [1:0]               z_taken_i,
  input  logic [1:0][Z_PIECES-1:0] z_full_i,
  output logic                     z_take_o,
  output logic                     z_take_bank_o,
  output logic                     z_release_o,
  // the part of Z that is stored next
  output logic                     z_bank_o,
  output logic [7:0]               z_row_o,
  output logic [7:0]               z_piece_o,
  output logic [CW-1:0]            z_job_o,
  output logic [15:0]              z_bytes_o,
  input  logic [DW-1:0]            z_data_i,
  input  logic                     z_refuse_i,   // it is not to be stored: its tile begins again
  output logic                     z_store_o,    // it is stored with this cycle's beat
  output logic                     again_o,      // it is refused: loads go back to its tile
  // data for the buffers
  output logic                     r_valid_o,
  output dest_t                    r_dest_o,
  output logic [DW-1:0]            r_data_o,
  // status
  output logic                     last_write_o,
  output logic                     held_o,
  // TCDM
  output logic                     tcdm_req_o,
  input  logic                     tcdm_gnt_i,
  output logic [31:0]              tcdm_add_o,
  output logic                     tcdm_wen_o,
  output logic [DW/8+3:0]          tcdm_be_o,
  output logic [DW+31:0]           tcdm_data_o,
  input  logic [DW+31:0]           tcdm_r_data_i,
  input  logic                     tcdm_r_valid_i
);

  typedef logic [CW-1:0] ctx_t;

  // A tile is of the job that it names: the one that a stream takes over next, and the one that it is at.
  job_t [3:0] next_job, job;
  ctx_t [3:0] at_job;

  always_comb begin
    for (int unsigned s = 0; s < 4; s++) begin
      next_job[s] = jobs_i[tile_job_i[s]];
      job[s]      = jobs_i[at_job[s]];
    end
  end

  logic copy, zeros;
  assign copy  = job[SRC_Y].n == '0;
  assign zeros = job[SRC_Z].n == '0 && job[SRC_Z].op == MATMUL;

  logic [16:0] x_bytes;  // of a row of X of the next tile
  logic [31:0] x_stride, w_stride, y_stride, z_stride;
  assign x_bytes  = 17'(next_job[SRC_X].n) << fmt_shift(next_job[SRC_X].x_fmt);
  assign x_stride = 32'(job[SRC_X].n) << fmt_shift(job[SRC_X].x_fmt);
  assign w_stride = 32'(job[SRC_W].k) << fmt_shift(job[SRC_W].w_fmt);
  assign y_stride = copy ? 32'(PIECE) : 32'(job[SRC_Y].k) << fmt_shift(job[SRC_Y].z_fmt);
  assign z_stride = job[SRC_Z].n == '0 ? 32'(PIECE) : 32'(job[SRC_Z].k) << fmt_shift(job[SRC_Z].z_fmt);

  // Tiles from the one that is stored on are loaded anew.
  logic restart;
  assign restart = init_i || again_o;

  logic  [3:0]       walk_valid, step;
  logic  [3:0][31:0] addr;
  seq_t  [3:0]       seq;
  dest_t [3:0]       dest;

  // ---- X
  logic [16:0] x_offset;
  logic [7:0]  x_row;
  logic        x_piece_end, x_bank_q;

  redmule_piece_walker #(
    .PIECE   (PIECE),
    .CONTEXTS(CONTEXTS)
  ) i_x_walker (
    .clk_i,
    .rst_ni,
    .init_i      (restart),
    .tile_valid_i(tile_valid_i[SRC_X] && next_job[SRC_X].n != '0),
    .tile_seq_i  (tile_seq_i[SRC_X]),
    .tile_job_i  (tile_job_i[SRC_X]),
    .tile_last_i (1'b0),
    .tile_addr_i (tile_i[SRC_X].x_addr),
    .tile_rows_i (tile_i[SRC_X].rows),
    .tile_bytes_i(x_bytes),
    .stride_i    (x_stride),
    .tile_pop_o  (tile_pop_o[SRC_X]),
    .valid_o     (walk_valid[SRC_X]),
    .addr_o      (addr[SRC_X]),
    .seq_o       (seq[SRC_X]),
    .job_o       (at_job[SRC_X]),
    .row_o       (x_row),
    .offset_o    (x_offset),
    .piece_o     (),
    .bytes_o     (),
    .piece_end_o (x_piece_end),
    .tile_end_o  (),
    .job_end_o   (),
    .step_i      (step[SRC_X])
  );

  assign x_take_o    = step[SRC_X] && x_piece_end;
  assign x_bank_o    = x_bank_q;
  assign dest[SRC_X] = '{src: SRC_X, bank: x_bank_q, row: x_row, piece: '0, last: x_piece_end};

  // ---- W: row n feeds compute element n mod H
  logic [15:0] w_n;
  logic [7:0]  w_piece, w_ce_q;
  logic        w_row_end, w_tile_end, w_bank_q;

  redmule_row_walker #(
    .PIECE   (PIECE),
    .CONTEXTS(CONTEXTS)
  ) i_w_walker (
    .clk_i,
    .rst_ni,
    .init_i      (restart),
    .tile_valid_i(tile_valid_i[SRC_W] && next_job[SRC_W].n != '0),
    .tile_seq_i  (tile_seq_i[SRC_W]),
    .tile_job_i  (tile_job_i[SRC_W]),
    .tile_addr_i (tile_i[SRC_W].w_addr),
    .tile_rows_i (next_job[SRC_W].n),
    .tile_bytes_i(16'(tile_i[SRC_W].cols) << fmt_shift(next_job[SRC_W].w_fmt)),
    .stride_i    (w_stride),
    .tile_pop_o  (tile_pop_o[SRC_W]),
    .valid_o     (walk_valid[SRC_W]),
    .addr_o      (addr[SRC_W]),
    .seq_o       (seq[SRC_W]),
    .job_o       (at_job[SRC_W]),
    .row_o       (w_n),
    .piece_o     (w_piece),
    .row_end_o   (w_row_end),
    .tile_end_o  (w_tile_end),
    .step_i      (step[SRC_W])
  );

  always_comb begin
    w_take_o = '0;
    for (int unsigned h = 0; h < H; h++) w_take_o[h] = step[SRC_W] && w_row_end && w_ce_q == 8'(h);
  end
  assign w_bank_o    = w_bank_q;
  assign dest[SRC_W] = '{src: SRC_W, bank: w_bank_q, row: w_ce_q, piece: w_piece, last: w_row_end};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      x_bank_q <= 1'b0;
      w_bank_q <= 1'b0;
      w_ce_q   <= '0;
    end else if (restart) begin
      x_bank_q <= 1'b0;
      w_bank_q <= 1'b0;
      w_ce_q   <= '0;
    end else begin
      if (x_take_o) x_bank_q <= !x_bank_q;
      if (step[SRC_W] && w_row_end) begin
        // a tile's last chunk may be short: the next tile starts with a new chunk
        if (w_tile_end || w_ce_q == 8'(H - 1)) begin
          w_ce_q   <= '0;
          w_bank_q <= !w_bank_q;
        end else begin
          w_ce_q <= w_ce_q + 8'd1;
        end
      end
    end
  end

  // ---- Y
  logic [7:0] y_row, y_piece;
  logic       y_piece_end, y_tile_end, y_pop, y_pass;

  // tiles of jobs that read no Y are passed over, whatever the walker is at
  assign y_pass            = tile_valid_i[SRC_Y] && next_job[SRC_Y].op == MATMUL;
  assign tile_pop_o[SRC_Y] = y_pop || y_pass;

  redmule_piece_walker #(
    .PIECE   (PIECE),
    .CONTEXTS(CONTEXTS)
  ) i_y_walker (
    .clk_i,
    .rst_ni,
    .init_i      (restart),
    .tile_valid_i(tile_valid_i[SRC_Y] && !y_pass),
    .tile_seq_i  (tile_seq_i[SRC_Y]),
    .tile_job_i  (tile_job_i[SRC_Y]),
    .tile_last_i (1'b0),
    .tile_addr_i (tile_i[SRC_Y].z_addr),
    .tile_rows_i (tile_i[SRC_Y].rows),
    .tile_bytes_i(17'(tile_i[SRC_Y].z_bytes)),
    .stride_i    (y_stride),
    .tile_pop_o  (y_pop),
    .valid_o     (walk_valid[SRC_Y]),
    .addr_o      (addr[SRC_Y]),
    .seq_o       (seq[SRC_Y]),
    .job_o       (at_job[SRC_Y]),
    .row_o       (y_row),
    .offset_o    (),
    .piece_o     (y_piece),
    .bytes_o     (),
    .piece_end_o (y_piece_end),
    .tile_end_o  (y_tile_end),
    .job_end_o   (),
    .step_i      (step[SRC_Y])
  );

  assign y_bank_o      = seq[SRC_Y][0];
  assign y_take_o      = step[SRC_Y] && y_tile_end && !copy;
  assign z_take_o      = step[SRC_Y] && y_tile_end && copy;
  assign z_take_bank_o = seq[SRC_Y][0];
  assign dest[SRC_Y]   = '{src: copy ? SRC_Z : SRC_Y, bank: seq[SRC_Y][0], row: y_row, piece: y_piece,
                           last: y_piece_end};

  // ---- Z
  logic [15:0] z_bytes;
  logic        z_tile_end, z_job_end;

  redmule_piece_walker #(
    .PIECE   (PIECE),
    .CONTEXTS(CONTEXTS)
  ) i_z_walker (
    .clk_i,
    .rst_ni,
    .init_i,
    .tile_valid_i(tile_valid_i[SRC_Z]),
    .tile_seq_i  (tile_seq_i[SRC_Z]),
    .tile_job_i  (tile_job_i[SRC_Z]),
    .tile_last_i (tile_i[SRC_Z].last),
    .tile_addr_i (tile_i[SRC_Z].z_addr),
    .tile_rows_i (tile_i[SRC_Z].rows),
    .tile_bytes_i(17'(tile_i[SRC_Z].z_bytes)),
    .stride_i    (z_stride),
    .tile_pop_o  (tile_pop_o[SRC_Z]),
    .valid_o     (walk_valid[SRC_Z]),
    .addr_o      (addr[SRC_Z]),
    .seq_o       (seq[SRC_Z]),
    .job_o       (at_job[SRC_Z]),
    .row_o       (z_row_o),
    .offset_o    (),
    .piece_o     (z_piece_o),
    .bytes_o     (z_bytes),
    .piece_end_o (),
    .tile_end_o  (z_tile_end),
    .job_end_o   (z_job_end),
    .step_i      (step[SRC_Z])
  );

  assign z_bytes_o   = z_bytes;
  assign z_bank_o    = seq[SRC_Z][0];
  assign z_job_o     = at_job[SRC_Z];
  assign z_release_o = step[SRC_Z] && z_tile_end;
  assign tile_free_o = z_release_o;
  assign dest[SRC_Z] = '0;

  // ---- arbitration
  logic      [3:0] beat_valid, contends;
  deadline_t [3:0] deadline;
  logic            any, ready, refused;
  src_e            src;

  always_comb begin
    beat_valid[SRC_X] = walk_valid[SRC_X] && !x_taken_i[x_bank_q];
    beat_valid[SRC_W] = 1'b0;
    for (int unsigned h = 0; h < H; h++) begin
      if (w_ce_q == 8'(h)) beat_valid[SRC_W] = walk_valid[SRC_W] && !w_taken_i[h][w_bank_q];
    end
    beat_valid[SRC_Y] = walk_valid[SRC_Y] && !(copy ? z_taken_i[y_bank_o] : y_taken_i[y_bank_o]);
    beat_valid[SRC_Z] = walk_valid[SRC_Z] && (zeros || 1'(z_full_i[z_bank_o] >> z_piece_o));

    deadline[SRC_X] = '{seq: seq[SRC_X], n: 16'(x_offset >> fmt_shift(job[SRC_X].x_fmt))};
    deadline[SRC_W] = '{seq: seq[SRC_W], n: w_n};
    // column c enters c cycles after the tile's first, in which time c/(P+1) compute elements begin their step
    deadline[SRC_Y] = '{seq: seq[SRC_Y], n: '0};
    for (int unsigned p = 1; p < Z_PIECES; p++) begin
      if (y_piece == 8'(p)) begin
        deadline[SRC_Y].n = fmt_shift(job[SRC_Y].z_fmt) ? 16'(p * PIECE / 2 / (P + 1)) : 16'(p * PIECE / (P + 1));
      end
    end
    // tile t+2 needs the bank of tile t when its sums leave the cascade, which is when tile t+3 enters it
    deadline[SRC_Z] = '{seq: seq[SRC_Z] + seq_t'(3), n: '0};
  end

  // A store of a job goes before all loads of the next one, so that no job ends later for what follows it.
  always_comb begin
    contends = beat_valid;
    for (int unsigned s = 0; s < 4; s++) begin
      if (beat_valid[SRC_Z] && at_job[s] != at_job[SRC_Z]) contends[s] = 1'b0;
    end
  end

  redmule_arbiter i_arbiter (
    .valid_i   (contends),
    .deadline_i(deadline),
    .valid_o   (any),
    .src_o     (src)
  );

  // A store is refused before it is a request, so nothing that is on the port ever changes.
  assign refused = FT != 0 && z_refuse_i && src == SRC_Z;

  always_comb begin
    step = '0;
    step[src] = any && ready && !refused;
  end

  assign z_store_o = step[SRC_Z];
  assign again_o   = any && ready && refused;

  redmule_port #(
    .DW(DW),
    .FT(FT)
  ) i_port (
    .clk_i,
    .rst_ni,
    .clear_i,
    .drop_i,
    .again_i   (again_o),
    .valid_i   (any && !refused),
    .ready_o   (ready),
    .write_i   (src == SRC_Z),
    .addr_i    (addr[src]),
    .bytes_i   (z_bytes),
    .data_i    (zeros ? '0 : z_data_i),
    .job_last_i(z_job_end),
    .dest_i    (dest[src]),
    .r_valid_o,
    .r_dest_o,
    .r_data_o,
    .last_write_o,
    .held_o,
    .tcdm_req_o,
    .tcdm_gnt_i,
    .tcdm_add_o,
    .tcdm_wen_o,
    .tcdm_be_o,
    .tcdm_data_o,
    .tcdm_r_data_i,
    .tcdm_r_valid_i
  );

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    // Guarantees of the arbiter stand here: it has no clock.
    some_beat: assert (any == (beat_valid != '0) && (any -> beat_valid[src]))
      else $error("the port is given to a stream without a beat, or to none");
    one_step: assert ($onehot0(step) && (step & ~beat_valid) == '0)
      else $error("more than one beat in a cycle, or one that is not there");
    tile_fits: assert (tile_valid_i[SRC_W] -> 32'(tile_i[SRC_W].cols) <= H * (P + 1))
      else $error("a tile with more columns than the ring holds");
    ce_in_range: assert (w_ce_q < 8'(H))
      else $error("a row of W for a compute element that is not there");
    z_piece_in_range: assert (walk_valid[SRC_Z] -> 32'(z_piece_o) < Z_PIECES)
      else $error("a piece of Z that is not there");
    y_piece_in_range: assert (walk_valid[SRC_Y] -> 32'(y_piece) < Z_PIECES)
      else $error("a piece of Y that is not there");
    releases_what_is_taken: assert (z_release_o && !zeros -> z_taken_i[z_bank_o])
      else $error("a bank of Z is released that is not taken");
    all_is_stored: assert (init_i && !clear_i -> z_taken_i == '0)
      else $error("the last job ends before all of Z is stored");
  end
  for (genvar s = 0; s < 4; s++) begin : gen_earliest
    always @(posedge clk_i) if (rst_ni) begin
      none_is_earlier: assert (any && beat_valid[s] && at_job[s] == at_job[src] -> !earlier(deadline[s], deadline[src]))
        else $error("a later beat goes first");
      stores_first: assert (beat_valid[SRC_Z] && src == src_e'(s) -> at_job[s] == at_job[SRC_Z])
        else $error("a beat goes before a store of the job before");
    end
  end
`endif

endmodule
