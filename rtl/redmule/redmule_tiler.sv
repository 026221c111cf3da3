// SPDX-License-Identifier: Apache-2.0
// Cuts a job into tiles, one a cycle, with adders and comparators only: column tiles inside row tiles.
// A job without steps (N = 0) is a copy of Y to Z, both dense and at the same address: it is cut into rows of one
// port width each, whatever its M and K, and one shorter row at the end.

module redmule_tiler
  import redmule_pkg::*;
#(
  parameter int unsigned L     = 12,  // rows of a tile
  parameter int unsigned D     = 16,  // columns of a tile, H(P+1)
  parameter int unsigned PIECE = 32,  // payload bytes of the port, a power of two
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  parameter int unsigned FT = 0,  // fault tolerance: 0 none, 1 of the data path
  localparam int unsigned CW = $clog2(CONTEXTS)  // bits of a context's number; a box of a proof has no types
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          clear_i,
  input  logic          start_i,     // job_i starts
  input  job_t          job_i,
  input  logic          paired_i,    // its tiles have L/2 rows
  input  logic [CW-1:0] context_i,   // where it lies
  output logic          valid_o,
  output tile_t         tile_o,
  output logic [CW-1:0] tile_job_o,  // whose it is
  input  logic          halved_i,    // that job's tiles have L/2 rows
  input  logic          ready_i
);

  typedef logic [CW-1:0] ctx_t;

  localparam int unsigned PIECE_BITS = $clog2(PIECE);

  logic        active_q, copy_q;
  ctx_t        context_q;
  logic [29:0] rows_q;              // rows left, those of tile_o included
  logic [15:0] cols_q, k_q;         // columns left in this row of tiles; of the matrix
  logic [15:0] tail_q;              // bytes of the short row that ends a copy
  logic        z_shift_q, w_shift_q;
  logic [31:0] x_q, w_q, z_q, w_base_q, z_base_q, x_step_q, z_step_q;

  // at the start
  logic        copy;
  logic [32:0] copy_bytes;
  logic [31:0] x_stride, z_stride;

  assign copy       = job_i.n == '0;
  assign copy_bytes = 33'(32'(job_i.m) * 32'(job_i.k)) << fmt_shift(job_i.z_fmt);
  assign x_stride   = 32'(job_i.n) << fmt_shift(job_i.x_fmt);
  assign z_stride   = copy ? 32'(PIECE) : 32'(job_i.k) << fmt_shift(job_i.z_fmt);

  // the tile on offer
  logic        step, row_end, rows_end, tail, halved;
  logic [15:0] cols;
  logic [7:0]  most;  // rows of a whole tile

  assign row_end  = copy_q || cols_q <= 16'(D);
  assign halved   = FT != 0 && halved_i;
  assign most     = halved ? 8'(L / 2) : 8'(L);
  assign rows_end = rows_q <= 30'(most);
  assign tail     = copy_q && rows_q == '0;
  assign cols     = (cols_q <= 16'(D)) ? cols_q : 16'(D);

  always_comb begin
    tile_o.rows    = tail ? 8'd1 : rows_end ? rows_q[7:0] : most;
    tile_o.cols    = cols[7:0];
    tile_o.z_bytes = tail ? tail_q : copy_q ? 16'(PIECE) : cols << z_shift_q;
    tile_o.x_addr  = x_q;
    tile_o.w_addr  = w_q;
    tile_o.z_addr  = z_q;
    tile_o.last    = rows_end && row_end && (tail || tail_q == '0);
  end

  assign valid_o    = active_q;
  assign tile_job_o = context_q;
  assign step       = active_q && ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                    active_q <= 1'b0;
    else if (clear_i)               active_q <= 1'b0;
    else if (start_i)               active_q <= job_i.m != '0 && job_i.k != '0;
    else if (step && tile_o.last)   active_q <= 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {copy_q, z_shift_q, w_shift_q, context_q} <= '0;
      {rows_q, cols_q, k_q, tail_q} <= '0;
      {x_q, w_q, z_q, w_base_q, z_base_q, x_step_q, z_step_q} <= '0;
    end else if (start_i) begin
      copy_q    <= copy;
      context_q <= context_i;
      z_shift_q <= fmt_shift(job_i.z_fmt);
      w_shift_q <= fmt_shift(job_i.w_fmt);
      rows_q    <= copy ? 30'(copy_bytes >> PIECE_BITS) : 30'(job_i.m);
      tail_q    <= copy ? 16'(copy_bytes[PIECE_BITS-1:0]) : '0;
      cols_q    <= job_i.k;
      k_q       <= job_i.k;
      x_q       <= job_i.x_addr;
      w_q       <= job_i.w_addr;
      w_base_q  <= job_i.w_addr;
      z_q       <= job_i.z_addr;
      z_base_q  <= job_i.z_addr;
      x_step_q  <= FT != 0 && paired_i ? x_stride * 32'(L / 2) : x_stride * 32'(L);
      z_step_q  <= FT != 0 && paired_i ? z_stride * 32'(L / 2) : z_stride * 32'(L);
    end else if (step) begin
      if (row_end) begin
        rows_q   <= rows_end ? '0 : rows_q - 30'(most);
        cols_q   <= k_q;
        x_q      <= x_q + x_step_q;
        w_q      <= w_base_q;
        // the tail of a copy starts behind the rows of a tile that may be short
        z_q      <= z_base_q + (rows_end ? 32'(rows_q) << PIECE_BITS : z_step_q);
        z_base_q <= z_base_q + (rows_end ? 32'(rows_q) << PIECE_BITS : z_step_q);
      end else begin
        cols_q <= cols_q - 16'(D);
        w_q    <= w_q + (32'(D) << w_shift_q);
        z_q    <= z_q + (32'(D) << z_shift_q);
      end
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_job_at_a_time: assert (start_i -> !active_q)
      else $error("a job starts while another is cut");
    size_is_legal: assert (valid_o -> tile_o.rows != '0 && tile_o.rows <= most && tile_o.z_bytes != '0
        && (copy_q ? tile_o.z_bytes <= 16'(PIECE) : tile_o.cols != '0 && tile_o.cols <= 8'(D)))
      else $error("a tile without outputs, or larger than the array");
    held_until_taken: assert ($past(rst_ni && valid_o && !ready_i && !clear_i) -> valid_o && $stable(tile_o))
      else $error("the tile on offer changed");
  end
`endif

endmodule
