// SPDX-License-Identifier: Apache-2.0
// One tile is watched, any of all that are pushed: each reader that comes to it finds what was pushed, until its place is
// free. No descriptor is overwritten before all its readers passed it.

module redmule_tile_queue_properties
  import redmule_pkg::*;
#(
  parameter int unsigned READERS = 5
) (
  input logic                clk_i,
  input logic                rst_ni,
  input logic                init_i,
  input logic                push,
  input logic                ready_o,
  input logic                free_i,
  input tile_t               tile_i,
  input logic                tile_job_i,
  input seq_t                head_q,
  input seq_t                used_q,
  input logic  [READERS-1:0] valid_o,
  input tile_t [READERS-1:0] tile_o,
  input logic  [READERS-1:0] tile_job_o,
  input seq_t  [READERS-1:0] seq_o,
  input tile_t [TILES-1:0]   ring,
  input logic  [TILES-1:0]   ring_job
);

  localparam int unsigned IDX = $clog2(TILES);

  logic  watch;        // any value
  logic  watched_q;
  seq_t  seq_q;
  tile_t tile_q;
  logic  tile_job_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {watched_q, seq_q, tile_q, tile_job_q} <= '0;
    end else if (init_i) begin
      watched_q <= 1'b0;
    end else if (push && watch && !watched_q) begin
      watched_q  <= 1'b1;
      seq_q      <= head_q;
      tile_q     <= tile_i;
      tile_job_q <= tile_job_i;
    end else if (seq_t'(head_q - seq_q) >= used_q) begin
      watched_q <= 1'b0;  // its place may be free from now on
    end
  end

  seq_t places_q;  // in use, from what was pushed and freed alone

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)     places_q <= '0;
    else if (init_i) places_q <= '0;
    else             places_q <= places_q + seq_t'(push) - seq_t'(free_i);
  end

  always @(posedge clk_i) if (rst_ni) begin
    gives_places_back: assert (ready_o == (places_q != seq_t'(TILES)))
      else $error("a tile waits though a place is free, or takes one that is in use");
    // Two lemmas of what the readers see.
    watched_is_in_use: assert (watched_q -> head_q != seq_q && seq_t'(head_q - seq_q) <= used_q)
      else $error("the place of a tile that is watched is free");
    keeps_what_was_pushed: assert (
        watched_q -> ring[seq_q[IDX-1:0]] == tile_q && ring_job[seq_q[IDX-1:0]] == tile_job_q)
      else $error("a tile that is in use is overwritten");
  end

  for (genvar r = 0; r < int'(READERS); r++) begin : gen_reader
    always @(posedge clk_i) if (rst_ni) begin
      reads_what_was_pushed: assert (
          watched_q && seq_t'(head_q - seq_q) <= used_q && valid_o[r] && seq_o[r] == seq_q -> tile_o[r] == tile_q
          && tile_job_o[r] == tile_job_q)
        else $error("a reader finds another tile than was pushed");
    end
  end

endmodule

bind redmule_tile_queue redmule_tile_queue_properties #(.READERS(READERS)) i_properties (.ring(tile_q), .ring_job(tile_job_q), .*);
