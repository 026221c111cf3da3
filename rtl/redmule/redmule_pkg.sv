// SPDX-License-Identifier: Apache-2.0
// Types shared by the modules of the accelerator. Widths are those of the largest instance allowed (tiles of up to
// 255 x 255 outputs); synthesis removes the bits an instance does not use.

package redmule_pkg;

  typedef enum logic [2:0] {
    MATMUL = 3'd0,
    GEMM   = 3'd1,
    ADDMAX = 3'd2,
    ADDMIN = 3'd3,
    MULMAX = 3'd4,
    MULMIN = 3'd5,
    MAXMIN = 3'd6,
    MINMAX = 3'd7
  } op_e;

  typedef enum logic [1:0] {
    E5M2 = 2'd0,
    FP16 = 2'd1,
    E4M3 = 2'd2,
    BF16 = 2'd3
  } fmt_e;

  // Everything a job is, as programmed. Each operand carries its own format.
  typedef struct packed {
    op_e         op;
    fmt_e        x_fmt;
    fmt_e        w_fmt;
    fmt_e        z_fmt;
    logic [31:0] x_addr;
    logic [31:0] w_addr;
    logic [31:0] z_addr;
    logic [15:0] m;
    logic [15:0] n;
    logic [15:0] k;
  } job_t;

  // Descriptors that may lie between the tiler and the last store, and their sequence numbers: one bit more than
  // an index, so that the order of any two live tiles follows from the sign of their difference.
  localparam int unsigned TILES = 8;
  typedef logic [$clog2(TILES):0] seq_t;

  // A tile of outputs. Whose it is goes beside it, as the number of the job's context does with all that is on its
  // way: its width is that of the instance.
  typedef struct packed {
    logic        last;     // of the job
    logic [7:0]  rows;     // 1..L
    logic [7:0]  cols;     // 1..H(P+1)
    logic [15:0] z_bytes;  // bytes of one row of Y and Z
    logic [31:0] x_addr;   // X[m0, 0]
    logic [31:0] w_addr;   // W[0, k0]
    logic [31:0] z_addr;   // Y and Z[m0, k0]
  } tile_t;

  typedef enum logic [1:0] {
    SRC_X = 2'd0,
    SRC_W = 2'd1,
    SRC_Y = 2'd2,
    SRC_Z = 2'd3
  } src_e;

  // The moment at which the array needs a beat: step n of tile seq.
  typedef struct packed {
    seq_t        seq;
    logic [15:0] n;
  } deadline_t;

  // Where the data of a read belongs.
  typedef struct packed {
    src_e       src;
    logic       bank;
    logic [7:0] row;    // row of the tile (X, Y), compute element (W)
    logic [7:0] piece;  // which port-wide piece of the row (W, Y)
    logic       last;   // completes the bank (X, W) or this piece of all its rows (Y)
  } dest_t;

  // Control of one partial sum position; travels along the cascade with the partial sums of its column.
  typedef struct packed {
    logic       valid;
    logic       first;     // first chunk of a tile: accumulate on Y
    logic       final_sum; // last chunk: what leaves the cascade is Z
    logic [7:0] col;
    logic       live;      // col lies inside the matrix
    logic       last_col;  // the last live column
    logic [7:0] steps;     // steps of this chunk that exist, 1..H: the other CEs pass the sum on
    logic       x_bank;
    logic [7:0] x_idx;     // of the chunk's first step, in elements of the X piece
    logic       x_end;     // the chunk's last step is the last of its X piece
    logic       w_bank;
    logic       tile_bank; // of Y and Z
  } token_t;

  // log2 of the bytes of an element
  function automatic logic fmt_shift(fmt_e fmt);
    return fmt == FP16 || fmt == BF16;
  endfunction

  // a is needed before b
  function automatic logic earlier(deadline_t a, deadline_t b);
    seq_t diff;
    diff = a.seq - b.seq;
    return diff[$bits(seq_t)-1] || (diff == '0 && a.n < b.n);
  endfunction

endpackage
