// SPDX-License-Identifier: Apache-2.0
// The tiles between the tiler and the last store, in a ring with one writer and a reader for each part of the
// engine: the loads run ahead of the array, the stores behind it. A place is free when the tile is stored.

module redmule_tile_queue
  import redmule_pkg::*;
#(
  parameter int unsigned READERS  = 5,
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running
  parameter int unsigned FT = 0,  // fault tolerance: 0 none, 1 of the data path
  localparam int unsigned CW = $clog2(CONTEXTS)  // bits of a context's number; a box of a proof has no types
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       init_i,
  // tiler
  input  logic                       valid_i,
  input  tile_t                      tile_i,
  input  logic [CW-1:0]              tile_job_i,
  output logic                       ready_o,
  // readers: the tile they have come to
  output logic  [READERS-1:0]        valid_o,
  output tile_t [READERS-1:0]        tile_o,
  output logic [READERS-1:0][CW-1:0] tile_job_o,
  output seq_t  [READERS-1:0]        seq_o,
  input  logic  [READERS-1:0]        pop_i,
  // the oldest tile is stored
  input  logic                       free_i,
  // all readers but the stores go back to it
  input  logic                       again_i
);

  typedef logic [CW-1:0] ctx_t;

  localparam int unsigned IDX = $clog2(TILES);

  tile_t [TILES-1:0]   tile_q;
  ctx_t  [TILES-1:0]   tile_job_q;
  seq_t                head_q, used_q;
  seq_t  [READERS-1:0] seq_q;
  logic                push;

  assign ready_o = used_q != seq_t'(TILES);
  assign push    = valid_i && ready_o;
  assign seq_o   = seq_q;

  always_comb begin
    for (int unsigned r = 0; r < READERS; r++) begin
      valid_o[r] = seq_q[r] != head_q;
      tile_o[r]  = tile_q[seq_q[r][IDX-1:0]];
    end
  end

  always_comb begin
    for (int unsigned r = 0; r < READERS; r++) tile_job_o[r] = tile_job_q[seq_q[r][IDX-1:0]];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      used_q <= '0;
      seq_q  <= '0;
    end else if (init_i) begin
      head_q <= '0;
      used_q <= '0;
      seq_q  <= '0;
    end else begin
      head_q <= head_q + seq_t'(push);
      used_q <= used_q + seq_t'(push) - seq_t'(free_i);
      for (int unsigned r = 0; r < READERS; r++) begin
        seq_q[r] <= FT != 0 && again_i && r != 32'(SRC_Z) ? head_q - used_q : seq_q[r] + seq_t'(pop_i[r]);
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   tile_q <= '0;
    else if (push) tile_q[head_q[IDX-1:0]] <= tile_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   tile_job_q <= '0;
    else if (push) tile_job_q[head_q[IDX-1:0]] <= tile_job_i;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    no_more_than_there_are: assert (used_q <= seq_t'(TILES))
      else $error("more descriptors than places");
    frees_what_is_used: assert (free_i -> used_q != '0)
      else $error("a place is freed that is not used");
    goes_back_to_what_lives: assert (FT != 0 && again_i
        -> used_q != '0 && !free_i && seq_t'(seq_q[SRC_Z] - 1'b1) == seq_t'(head_q - used_q))
      else $error("the tile that begins again is not the one that is stored");
    empty_after_init: assert ($past(rst_ni && init_i) -> used_q == '0 && valid_o == '0)
      else $error("descriptors of a job outlived it");
  end
  for (genvar r = 0; r < int'(READERS); r++) begin : gen_reader
    always @(posedge clk_i) if (rst_ni) begin
      // Behind the oldest one in use, a descriptor may be overwritten.
      pops_what_lives: assert (pop_i[r] -> valid_o[r] && seq_t'(head_q - seq_q[r]) <= used_q)
        else $error("a reader takes a descriptor that is not there yet, or no longer");
    end
  end
`endif

endmodule
