// SPDX-License-Identifier: Apache-2.0
// Runs the array. In each cycle in which the array advances, a token enters the cascade: it says which column of
// which chunk (H steps) of which tile the first compute element does, and follows the partial sums from element to
// element, P+1 cycles each, until they leave as Z or start the next chunk. The ring holds H(P+1) sums, so a chunk
// follows the one before without a gap, and so does a tile.
//
// The array stands still as a whole when something that a token needs is missing. Between tiles nothing is half
// done at the entry: there the array goes on, so that finished sums can leave.

module redmule_scheduler
  import redmule_pkg::*;
#(
  parameter int unsigned H     = 4,   // compute elements in a row
  parameter int unsigned P     = 3,   // pipeline registers of the FMA
  parameter int unsigned PIECE = 32,  // payload bytes of the port
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  localparam int unsigned CW = $clog2(CONTEXTS),  // bits of a context's number; a box of a proof has no types
  localparam int unsigned D      = H * (P + 1),                  // columns of a tile
  localparam int unsigned PIECES = (D * 2 + PIECE - 1) / PIECE   // of a row of Y
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   init_i,
  input  job_t [CONTEXTS-1:0]    jobs_i,
  // tiles
  input  logic                   tile_valid_i,
  input  tile_t                  tile_i,
  input  logic [CW-1:0]          tile_job_i,
  input  seq_t                   tile_seq_i,
  output logic                   tile_pop_o,
  // buffers
  input  logic [1:0]             x_full_i,
  input  logic [H-1:0][1:0]      w_full_i,
  input  logic [1:0][PIECES-1:0] y_full_i,
  input  logic [1:0]             z_taken_i,
  input  logic [1:0][PIECES-1:0] z_full_i,
  output logic [H-1:0]           x_fetch_o,  // a column of X goes to this compute element
  output logic                   x_bank_o,
  output logic [7:0]             x_idx_o,
  output logic [CW-1:0]          x_job_o,
  output logic                   x_release_o,
  output logic [H-1:0]           w_release_o,
  output logic                   y_fetch_o,  // a column of Y goes to the first compute element
  output logic                   y_release_o,
  // array
  output logic                   advance_o,
  output logic                   compute_o,  // it advances, and there are sums in it
  output token_t [H-1:0]         fetch_o,    // per compute element: its operands are fetched
  output logic [H-1:0][CW-1:0]   fetch_job_o,  // and of which job
  output logic   [H-1:0]         pass_o,     // in the cycle after: no step, the sum passes
  output op_e    [H-1:0]         op_o,       // in the cycle after: the operation
  output op_e    [H-1:0]         end_op_o,   // P cycles behind: the operation of what leaves the FMA
  output logic                   first_o,    // in the cycle after: the first element takes Y
  output logic [CW-1:0]          out_job_o,
  output token_t                 out_o       // of the sums that leave the cascade
);

  typedef logic [CW-1:0] ctx_t;

  typedef struct packed {
    logic        run;      // inside a tile
    ctx_t        job;
    logic        first;
    logic [15:0] left;     // steps from this chunk on
    logic [7:0]  col;
    logic [7:0]  cols;
    logic [7:0]  x_idx;
    logic        x_bank;
    logic        w_bank;
    logic        tile_bank;
  } state_t;

  state_t       state_q, state_d, now;
  token_t       token;
  token_t [D:0] pipe_q;
  ctx_t   [D:0] pipe_job_q;  // whose sums they are
  op_e  [H-1:0] op_q;        // of pipe_job_q[h*(P+1)], without the way from there
  logic         start, lacks_y, ready, blocked, emit;
  logic [CONTEXTS-1:0] in_cascade, others;  // sums of this job; of another one than that of the next tile
  logic [7:0]   x_elems;
  logic         reads_y;
  job_t         next_job, job;

  assign next_job = jobs_i[tile_job_i];
  assign job      = jobs_i[now.job];
  assign x_elems  = 8'(PIECE >> fmt_shift(job.x_fmt));
  assign reads_y  = job.op != MATMUL;

  // Stores have the port before the loads of a later job, which could then stop the array for want of them: while sums
  // of the earlier one are to leave, and something is to be stored, no tile of the later one starts.
  always_comb begin
    in_cascade = '0;
    for (int unsigned i = 0; i <= D; i++) begin
      if (pipe_q[i].valid) in_cascade[pipe_job_q[i]] = 1'b1;
    end
    others = in_cascade;
    others[tile_job_i] = 1'b0;
  end

  // what the entry of the cascade does: go on in a tile, or start the next one
  assign start = !state_q.run && tile_valid_i && next_job.n != '0 && !(z_full_i != '0 && others != '0);

  always_comb begin
    now = state_q;
    if (start) begin
      now.run       = 1'b1;
      now.job       = tile_job_i;
      now.first     = 1'b1;
      now.left      = next_job.n;
      now.col       = '0;
      now.cols      = tile_i.cols;
      now.x_idx     = '0;
      now.tile_bank = tile_seq_i[0];
    end
  end

  // Y is needed piece by piece, by the first column of each
  always_comb begin
    lacks_y = 1'b0;
    for (int unsigned p = 0; p < PIECES; p++) begin
      if (32'(now.col) == p * (PIECE >> fmt_shift(job.z_fmt)) && !y_full_i[now.tile_bank][p]) lacks_y = 1'b1;
    end
    if (!now.first || !reads_y || now.col >= now.cols) lacks_y = 1'b0;
  end

  assign ready = !lacks_y && (now.col != '0 || (x_full_i[now.x_bank] && w_full_i[0][now.w_bank]));

  always_comb begin
    token.valid     = now.run;
    token.first     = now.first;
    token.final_sum = now.left <= 16'(H);
    token.col       = now.col;
    token.live      = now.col < now.cols;
    token.last_col  = now.col == now.cols - 8'd1;
    token.steps     = token.final_sum ? now.left[7:0] : 8'(H);
    token.x_bank    = now.x_bank;
    token.x_idx     = now.x_idx;
    token.x_end     = token.final_sum || now.x_idx + 8'(H) == x_elems;
    token.w_bank    = now.w_bank;
    token.tile_bank = now.tile_bank;
  end

  // what stops the array
  always_comb begin
    blocked = state_q.run && !ready;
    for (int unsigned h = 1; h < H; h++) begin
      if (pipe_q[h*(P+1)-1].valid && pipe_q[h*(P+1)-1].col == '0 && 8'(h) < pipe_q[h*(P+1)-1].steps
          && !w_full_i[h][pipe_q[h*(P+1)-1].w_bank]) blocked = 1'b1;
    end
    if (pipe_q[D].valid && pipe_q[D].final_sum && pipe_q[D].col == '0 && z_taken_i[pipe_q[D].tile_bank]) begin
      blocked = 1'b1;
    end
  end

  assign advance_o  = !blocked;
  assign compute_o  = advance_o && in_cascade != '0;
  assign emit       = advance_o && now.run && ready;
  assign tile_pop_o = emit && start;

  always_comb begin
    state_d = state_q;
    if (emit) begin
      state_d = now;
      if (now.col != 8'(D - 1)) begin
        state_d.col = now.col + 8'd1;
      end else begin
        state_d.col    = '0;
        state_d.first  = 1'b0;
        state_d.left   = now.left - 16'(token.steps);
        state_d.w_bank = !now.w_bank;
        state_d.x_idx  = now.x_idx + 8'(H);
        if (token.x_end) begin
          state_d.x_idx  = '0;
          state_d.x_bank = !now.x_bank;
        end
        if (token.final_sum) state_d.run = 1'b0;
      end
    end
    if (init_i) state_d = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= '0;
    else         state_q <= state_d;
  end

  // pipe_q[i] is the token i+1 cycles after it entered
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      pipe_q <= '0;
    end else if (init_i) begin
      pipe_q <= '0;
    end else if (advance_o) begin
      for (int unsigned i = 1; i <= D; i++) pipe_q[i] <= pipe_q[i-1];
      pipe_q[0] <= emit ? token : '0;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        pipe_job_q <= '0;
    else if (init_i)    pipe_job_q <= '0;
    else if (advance_o) pipe_job_q <= {pipe_job_q[D-1:0], emit ? now.job : ctx_t'('0)};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      op_q <= '0;
    end else if (advance_o) begin
      for (int unsigned h = 0; h < H; h++) op_q[h] <= jobs_i[fetch_job_o[h]].op;
    end
  end

  assign op_o      = op_q;
  assign out_job_o = pipe_job_q[D];

  always_comb begin
    fetch_o[0]     = emit ? token : '0;
    fetch_job_o[0] = emit ? now.job : '0;
    for (int unsigned h = 1; h < H; h++) begin
      fetch_o[h]     = pipe_q[h*(P+1)-1];
      fetch_job_o[h] = pipe_job_q[h*(P+1)-1];
    end
    for (int unsigned h = 0; h < H; h++) begin
      pass_o[h]   = !(pipe_q[h*(P+1)].valid && 8'(h) < pipe_q[h*(P+1)].steps);
      end_op_o[h] = jobs_i[pipe_job_q[h*(P+1)+P]].op;
    end
    first_o = pipe_q[0].first;
    out_o   = pipe_q[D];
  end

  // Operands: at most one compute element begins a step in a cycle, since tokens with col = 0 are D cycles apart.
  always_comb begin
    x_fetch_o   = '0;
    x_bank_o    = 1'b0;
    x_idx_o     = '0;
    x_job_o     = '0;
    x_release_o = 1'b0;
    w_release_o = '0;
    for (int unsigned h = 0; h < H; h++) begin
      if (advance_o && fetch_o[h].valid && 8'(h) < fetch_o[h].steps) begin
        if (fetch_o[h].col == '0) begin
          x_fetch_o[h] = 1'b1;
          x_bank_o     = fetch_o[h].x_bank;
          x_idx_o      = fetch_o[h].x_idx + 8'(h);
          x_job_o      = fetch_job_o[h];
          x_release_o  = fetch_o[h].x_end && fetch_o[h].steps == 8'(h) + 8'd1;
        end
        w_release_o[h] = fetch_o[h].last_col;
      end
    end
    y_fetch_o   = emit && now.first && reads_y;
    y_release_o = y_fetch_o && token.last_col;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    // state
    column_in_range: assert (state_q.col < 8'(D) && (!state_q.run -> state_q.col == '0))
      else $error("a column that the ring does not hold");
    inside_a_tile: assert (state_q.run -> state_q.left != '0 && state_q.cols != '0 && state_q.cols <= 8'(D))
      else $error("a tile without steps or columns");
    idle_after_init: assert ($past(rst_ni && init_i) -> !state_q.run && !out_o.valid)
      else $error("a token of a job outlived it");
    tile_fits: assert (tile_valid_i && next_job.n != '0 -> tile_i.cols != '0 && tile_i.cols <= 8'(D))
      else $error("a tile without columns, or with more than the ring holds");
    pops_what_is_there: assert (tile_pop_o -> tile_valid_i && now.first && now.col == '0)
      else $error("a tile starts that is not there");
    // tokens, as they enter and as they leave
    steps_in_range: assert (emit -> token.steps != '0 && token.steps <= 8'(H))
      else $error("a chunk without steps, or with more than compute elements");
    last_column_is_live: assert (emit && token.last_col -> token.live)
      else $error("a tile ends outside of the matrix");
    leaves_as_it_entered: assert (out_o.valid -> out_o.col < 8'(D) && out_o.steps != '0 && out_o.steps <= 8'(H)
        && (out_o.last_col -> out_o.live))
      else $error("a token changed on its way");
    stands_still: assert ($past(rst_ni && !advance_o && !init_i)
         -> $stable(out_o) && $stable(out_job_o) && $stable(state_q))
      else $error("the array moved while it was stopped");
    // operands and banks
    one_chunk_begins: assert ($onehot0(x_fetch_o))
      else $error("two compute elements begin a chunk in a cycle");
    x_is_there: assert (x_fetch_o != '0 -> x_full_i[x_bank_o])
      else $error("a step without its X");
    y_is_there: assert (y_fetch_o && token.live
        -> 1'(y_full_i[token.tile_bank] >> ((16'(token.col) << fmt_shift(job.z_fmt)) / 16'(PIECE))))
      else $error("a tile begins without its Y");
    z_has_room: assert (advance_o && out_o.valid && out_o.final_sum && out_o.col == '0 -> !z_taken_i[out_o.tile_bank])
      else $error("sums leave into a bank that is still to be stored");
  end
  for (genvar h = 0; h < int'(H); h++) begin : gen_w
    always @(posedge clk_i) if (rst_ni) begin
      w_is_there: assert (advance_o && fetch_o[h].valid && fetch_o[h].live && 8'(h) < fetch_o[h].steps
          -> w_full_i[h][fetch_o[h].w_bank])
        else $error("a step without its W");
    end
  end
`endif

endmodule
