// SPDX-License-Identifier: Apache-2.0
// Internal events of the accelerator for functional coverage: buffers full and empty, every stall, every conflict on
// the port. Bound to redmule_engine, seen by nothing in the device. The bench reads events_o (docs/descriptor.md,
// "cover"); the cover properties are counted by simulators that do so.

module redmule_cover
  import redmule_pkg::*;
#(
  parameter int unsigned H = 4,  // compute elements in a row
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  localparam int unsigned EVENTS = 64
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                clear_i,
  // jobs
  input  logic [CONTEXTS-1:0] contexts_i,    // queued or running
  input  logic                trigger_i,
  input  logic                start_job_i,
  input  logic                done_i,
  input  logic                running_i,
  input  logic                empty_i,       // a job without outputs ends
  input  job_t                job_i,         // the oldest
  // tiles
  input  logic                tile_valid_i,  // from the tiler
  input  logic                tile_ready_i,
  input  logic                more_i,        // a tile waits for the array
  input  seq_t                used_i,        // tiles in the ring
  // buffers
  input  logic [1:0]          x_full_i,
  input  logic [H-1:0][1:0]   w_full_i,
  input  logic [1:0]          y_full_i,
  input  logic [1:0]          z_full_i,
  input  logic [1:0]          x_taken_i,
  input  logic [1:0]          w_taken_i,     // of the first compute element
  input  logic [1:0]          y_taken_i,
  input  logic [1:0]          z_taken_i,
  // entry of the array
  input  logic                inside_i,      // a tile has entered in part
  input  logic                start_i,       // the next tile could enter
  input  logic                reads_y_i,     // it, or what has entered in part, reads Y
  input  logic                lacks_y_i,     // it, or what has entered in part, has no Y yet
  input  logic                ready_i,
  input  logic                blocked_i,
  input  logic                next_i,        // something is to enter; the next three describe it
  input  logic                begin_i,       // first column of a chunk
  input  logic                x_bank_i,
  input  logic                w_bank_i,
  input  token_t              out_i,         // what leaves the cascade
  // port
  input  logic [3:0]          beats_i,       // streams with a beat, by src_e
  input  logic                any_i,
  input  src_e                src_i,         // the one that is chosen
  input  logic                req_i,
  input  logic                gnt_i,
  input  logic                wen_i,
  input  logic                held_i,
  input  logic                r_pending_i,
  output logic [EVENTS-1:0]   events_o
);

  typedef enum logic [5:0] {
    X_FULL          = 6'd0,  // both banks of X are full
    X_EMPTY         = 6'd1,  // no bank of X is full, and a tile has entered the array in part
    W_FULL          = 6'd2,  // both banks of W are full in every compute element
    W_EMPTY         = 6'd3,  // no bank of W is full in any, and a tile has entered in part
    Y_FULL          = 6'd4,  // both banks of Y are full
    Y_EMPTY         = 6'd5,  // no bank of Y is full, and a tile that reads it could enter
    Z_FULL          = 6'd6,  // both banks of Z are full
    Z_EMPTY         = 6'd7,  // no bank of Z is taken, and a tile has entered in part
    TILES_FULL      = 6'd8,  // the tile queue has no room for the next descriptor
    TILES_EMPTY     = 6'd9,  // all descriptors have been handed to the array
    CONTEXTS_FULL   = 6'd10,  // one job runs, and all others that there can be wait
    WAIT_X          = 6'd11,  // the next chunk lacks X
    WAIT_W          = 6'd12,  // the next chunk lacks W
    WAIT_W_BEHIND   = 6'd13,  // a compute element behind the first lacks its row of W
    WAIT_Y          = 6'd14,  // the next tile lacks Y
    WAIT_Z          = 6'd15,  // both banks of Z are still to be stored
    WAIT_GRANT      = 6'd16,  // a beat waits behind a request that is not granted
    LOAD_STALLED    = 6'd17,  // a load is not granted
    STORE_STALLED   = 6'd18,  // a store is not granted
    PORT_IDLE       = 6'd19,  // a job runs and no beat can be made
    X_BEFORE_W      = 6'd20,  // X and W want the port: X is first
    W_BEFORE_X      = 6'd21,  // X and W want the port: W is first
    X_BEFORE_Y      = 6'd22,  // X and Y want the port: X is first
    Y_BEFORE_X      = 6'd23,  // X and Y want the port: Y is first
    X_BEFORE_Z      = 6'd24,  // X and Z want the port: X is first
    Z_BEFORE_X      = 6'd25,  // X and Z want the port: Z is first
    W_BEFORE_Y      = 6'd26,  // W and Y want the port: W is first
    Y_BEFORE_W      = 6'd27,  // W and Y want the port: Y is first
    W_BEFORE_Z      = 6'd28,  // W and Z want the port: W is first
    Z_BEFORE_W      = 6'd29,  // W and Z want the port: Z is first
    Y_BEFORE_Z      = 6'd30,  // Y and Z want the port: Y is first
    Z_BEFORE_Y      = 6'd31,  // Y and Z want the port: Z is first
    ALL_ASK         = 6'd32,  // all four streams want the port
    TRIGGER_RUNNING = 6'd33,  // a job is triggered while another runs
    START_BEHIND    = 6'd34,  // a job starts in the cycle after the one before it ended
    COPY            = 6'd35,  // a job without steps copies Y
    ZEROS           = 6'd36,  // a job without steps writes zeros
    EMPTY_JOB       = 6'd37,  // a job without outputs has its turn
    CLEAR_LOADING   = 6'd38,  // a soft clear drops a response
    HELD_LOAD       = 6'd39,  // a load of a cleared job waits for its grant
    HELD_STORE      = 6'd40,  // a store of a cleared job waits for its grant
    // states: in each cycle one of each kind
    TILES_0         = 6'd41,  // 0 tiles are in the ring
    TILES_1         = 6'd42,  // 1 tile is in the ring
    TILES_2         = 6'd43,  // 2 tiles are in the ring
    TILES_3         = 6'd44,  // 3 tiles are in the ring
    TILES_4         = 6'd45,  // 4 tiles are in the ring
    TILES_5         = 6'd46,  // 5 tiles are in the ring
    TILES_6         = 6'd47,  // 6 tiles are in the ring
    TILES_7         = 6'd48,  // 7 tiles are in the ring
    TILES_8         = 6'd49,  // 8 tiles are in the ring
    X_BANKS_0       = 6'd50,  // 0 banks of X are taken
    X_BANKS_1       = 6'd51,  // 1 bank of X is taken
    X_BANKS_2       = 6'd52,  // 2 banks of X are taken
    W_BANKS_0       = 6'd53,  // 0 banks of W of the first compute element are taken
    W_BANKS_1       = 6'd54,  // 1 bank of W of the first compute element is taken
    W_BANKS_2       = 6'd55,  // 2 banks of W of the first compute element are taken
    Y_BANKS_0       = 6'd56,  // 0 banks of Y are taken
    Y_BANKS_1       = 6'd57,  // 1 bank of Y is taken
    Y_BANKS_2       = 6'd58,  // 2 banks of Y are taken
    Z_BANKS_0       = 6'd59,  // 0 banks of Z are taken
    Z_BANKS_1       = 6'd60,  // 1 bank of Z is taken
    Z_BANKS_2       = 6'd61,  // 2 banks of Z are taken
    JOB_IDLE        = 6'd62,  // no job runs
    JOB_RUNNING     = 6'd63  // a job runs
  } event_e;

  logic reads_y, chunk, z_block, ended_q;

  assign reads_y = job_i.op != MATMUL;
  assign chunk   = next_i && begin_i;
  assign z_block = out_i.valid && out_i.final_sum && out_i.col == '0 && z_taken_i[out_i.tile_bank];

  always_comb begin
    events_o[X_FULL]          = &x_full_i;
    events_o[X_EMPTY]         = inside_i && x_full_i == '0;
    events_o[W_FULL]          = &w_full_i;
    events_o[W_EMPTY]         = inside_i && w_full_i == '0;
    events_o[Y_FULL]          = &y_full_i;
    events_o[Y_EMPTY]         = start_i && reads_y_i && y_full_i == '0;
    events_o[Z_FULL]          = &z_full_i;
    events_o[Z_EMPTY]         = inside_i && z_taken_i == '0;
    events_o[TILES_FULL]      = tile_valid_i && !tile_ready_i;
    events_o[TILES_EMPTY]     = running_i && !tile_valid_i && !more_i;
    events_o[CONTEXTS_FULL]   = &contexts_i;
    events_o[WAIT_X]          = chunk && !x_full_i[x_bank_i];
    events_o[WAIT_W]          = chunk && !w_full_i[0][w_bank_i];
    events_o[WAIT_W_BEHIND]   = blocked_i && !(inside_i && !ready_i) && !z_block;
    events_o[WAIT_Y]          = next_i && lacks_y_i;
    events_o[WAIT_Z]          = z_block;
    events_o[WAIT_GRANT]      = any_i && req_i && !gnt_i && !held_i;
    events_o[LOAD_STALLED]    = req_i && !gnt_i && wen_i;
    events_o[STORE_STALLED]   = req_i && !gnt_i && !wen_i;
    events_o[PORT_IDLE]       = running_i && !any_i && !req_i;
    events_o[X_BEFORE_W]      = beats_i[SRC_X] && beats_i[SRC_W] && src_i == SRC_X;
    events_o[W_BEFORE_X]      = beats_i[SRC_X] && beats_i[SRC_W] && src_i == SRC_W;
    events_o[X_BEFORE_Y]      = beats_i[SRC_X] && beats_i[SRC_Y] && src_i == SRC_X;
    events_o[Y_BEFORE_X]      = beats_i[SRC_X] && beats_i[SRC_Y] && src_i == SRC_Y;
    events_o[X_BEFORE_Z]      = beats_i[SRC_X] && beats_i[SRC_Z] && src_i == SRC_X;
    events_o[Z_BEFORE_X]      = beats_i[SRC_X] && beats_i[SRC_Z] && src_i == SRC_Z;
    events_o[W_BEFORE_Y]      = beats_i[SRC_W] && beats_i[SRC_Y] && src_i == SRC_W;
    events_o[Y_BEFORE_W]      = beats_i[SRC_W] && beats_i[SRC_Y] && src_i == SRC_Y;
    events_o[W_BEFORE_Z]      = beats_i[SRC_W] && beats_i[SRC_Z] && src_i == SRC_W;
    events_o[Z_BEFORE_W]      = beats_i[SRC_W] && beats_i[SRC_Z] && src_i == SRC_Z;
    events_o[Y_BEFORE_Z]      = beats_i[SRC_Y] && beats_i[SRC_Z] && src_i == SRC_Y;
    events_o[Z_BEFORE_Y]      = beats_i[SRC_Y] && beats_i[SRC_Z] && src_i == SRC_Z;
    events_o[ALL_ASK]         = &beats_i;
    events_o[TRIGGER_RUNNING] = trigger_i && running_i;
    events_o[START_BEHIND]    = start_job_i && ended_q;
    events_o[COPY]            = running_i && job_i.n == '0 && reads_y;
    events_o[ZEROS]           = running_i && job_i.n == '0 && !reads_y;
    events_o[EMPTY_JOB]       = empty_i;
    events_o[CLEAR_LOADING]   = clear_i && r_pending_i;
    events_o[HELD_LOAD]       = held_i && !gnt_i && wen_i;
    events_o[HELD_STORE]      = held_i && !gnt_i && !wen_i;
    for (int unsigned n = 0; n <= TILES; n++) events_o[6'(TILES_0 + 6'(n))] = used_i == seq_t'(n);
    for (int unsigned n = 0; n <= 2; n++) begin
      events_o[6'(X_BANKS_0 + 6'(n))] = $countones(x_taken_i) == n;
      events_o[6'(W_BANKS_0 + 6'(n))] = $countones(w_taken_i) == n;
      events_o[6'(Y_BANKS_0 + 6'(n))] = $countones(y_taken_i) == n;
      events_o[6'(Z_BANKS_0 + 6'(n))] = $countones(z_taken_i) == n;
    end
    events_o[JOB_IDLE]        = !running_i && !empty_i;
    events_o[JOB_RUNNING]     = running_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ended_q <= 1'b0;
    else         ended_q <= done_i;
  end

  c_x_full:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_FULL]);
  c_x_empty:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_EMPTY]);
  c_w_full:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_FULL]);
  c_w_empty:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_EMPTY]);
  c_y_full:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_FULL]);
  c_y_empty:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_EMPTY]);
  c_z_full:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_FULL]);
  c_z_empty:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_EMPTY]);
  c_tiles_full:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_FULL]);
  c_tiles_empty:     cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_EMPTY]);
  c_contexts_full:   cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[CONTEXTS_FULL]);
  c_wait_x:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[WAIT_X]);
  c_wait_w:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[WAIT_W]);
  c_wait_w_behind:   cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[WAIT_W_BEHIND]);
  c_wait_y:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[WAIT_Y]);
  c_wait_z:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[WAIT_Z]);
  c_wait_grant:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[WAIT_GRANT]);
  c_load_stalled:    cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[LOAD_STALLED]);
  c_store_stalled:   cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[STORE_STALLED]);
  c_port_idle:       cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[PORT_IDLE]);
  c_x_before_w:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_BEFORE_W]);
  c_w_before_x:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_BEFORE_X]);
  c_x_before_y:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_BEFORE_Y]);
  c_y_before_x:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_BEFORE_X]);
  c_x_before_z:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_BEFORE_Z]);
  c_z_before_x:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_BEFORE_X]);
  c_w_before_y:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_BEFORE_Y]);
  c_y_before_w:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_BEFORE_W]);
  c_w_before_z:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_BEFORE_Z]);
  c_z_before_w:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_BEFORE_W]);
  c_y_before_z:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_BEFORE_Z]);
  c_z_before_y:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_BEFORE_Y]);
  c_all_ask:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[ALL_ASK]);
  c_trigger_running: cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TRIGGER_RUNNING]);
  c_start_behind:    cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[START_BEHIND]);
  c_copy:            cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[COPY]);
  c_zeros:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[ZEROS]);
  c_empty_job:       cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[EMPTY_JOB]);
  c_clear_loading:   cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[CLEAR_LOADING]);
  c_held_load:       cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[HELD_LOAD]);
  c_held_store:      cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[HELD_STORE]);
  c_tiles_0:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_0]);
  c_tiles_1:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_1]);
  c_tiles_2:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_2]);
  c_tiles_3:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_3]);
  c_tiles_4:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_4]);
  c_tiles_5:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_5]);
  c_tiles_6:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_6]);
  c_tiles_7:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_7]);
  c_tiles_8:           cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[TILES_8]);
  c_x_banks_0:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_BANKS_0]);
  c_x_banks_1:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_BANKS_1]);
  c_x_banks_2:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[X_BANKS_2]);
  c_w_banks_0:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_BANKS_0]);
  c_w_banks_1:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_BANKS_1]);
  c_w_banks_2:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[W_BANKS_2]);
  c_y_banks_0:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_BANKS_0]);
  c_y_banks_1:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_BANKS_1]);
  c_y_banks_2:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Y_BANKS_2]);
  c_z_banks_0:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_BANKS_0]);
  c_z_banks_1:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_BANKS_1]);
  c_z_banks_2:         cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[Z_BANKS_2]);
  c_job_idle:          cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[JOB_IDLE]);
  c_job_running:       cover property (@(posedge clk_i) disable iff (!rst_ni) events_o[JOB_RUNNING]);

endmodule

bind redmule_engine redmule_cover #(
  .H(H),
  .CONTEXTS(CONTEXTS)
) i_cover (
  .clk_i,
  .rst_ni,
  .clear_i     (clear),
  .contexts_i  (i_queue.taken_q),
  .trigger_i   (trigger),
  .start_job_i (start),
  .done_i      (done),
  .running_i   (i_control.state_q == 2'd1),
  .empty_i     (i_control.state_q == 2'd2),
  .job_i       (jobs[head]),
  .tile_valid_i(tile_valid),
  .tile_ready_i(tile_ready),
  .more_i      (read_valid[4]),
  .used_i      (i_tile_queue.used_q),
  .x_full_i    (x_full),
  .w_full_i    (w_full),
  .y_full_i    ({&y_full[1], &y_full[0]}),
  .z_full_i    ({&z_full[1], &z_full[0]}),
  .x_taken_i   (x_taken),
  .w_taken_i   (w_taken[0]),
  .y_taken_i   (y_taken),
  .z_taken_i   (z_taken),
  .inside_i    (i_scheduler.state_q.run),
  .start_i     (i_scheduler.start),
  .reads_y_i   (i_scheduler.reads_y),
  .lacks_y_i   (i_scheduler.lacks_y),
  .ready_i     (i_scheduler.ready),
  .blocked_i   (i_scheduler.blocked),
  .next_i      (i_scheduler.token.valid),
  .begin_i     (i_scheduler.token.col == '0),
  .x_bank_i    (i_scheduler.token.x_bank),
  .w_bank_i    (i_scheduler.token.w_bank),
  .out_i       (out),
  .beats_i     (i_streamer.beat_valid),
  .any_i       (i_streamer.any),
  .src_i       (i_streamer.src),
  .req_i       (tcdm_req_o),
  .gnt_i       (tcdm_gnt_i),
  .wen_i       (tcdm_wen_o),
  .held_i      (held),
  .r_pending_i (i_streamer.i_port.r_pending_q),
  .events_o    ()
);
