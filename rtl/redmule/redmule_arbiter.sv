// SPDX-License-Identifier: Apache-2.0
// Chooses the beat that uses the port next: the one with the earliest deadline. Between equals a store goes first
// (the array waits for its bank), then Y and X, so that the first tile does not wait for its second W row.

module redmule_arbiter
  import redmule_pkg::*;
(
  input  logic      [3:0] valid_i,     // indexed by src_e
  input  deadline_t [3:0] deadline_i,
  output logic            valid_o,
  output src_e            src_o
);

  deadline_t best;

  always_comb begin
    valid_o = valid_i[SRC_Z];
    src_o   = SRC_Z;
    best    = deadline_i[SRC_Z];
    if (valid_i[SRC_Y] && (!valid_o || earlier(deadline_i[SRC_Y], best))) begin
      valid_o = 1'b1;
      src_o   = SRC_Y;
      best    = deadline_i[SRC_Y];
    end
    if (valid_i[SRC_X] && (!valid_o || earlier(deadline_i[SRC_X], best))) begin
      valid_o = 1'b1;
      src_o   = SRC_X;
      best    = deadline_i[SRC_X];
    end
    if (valid_i[SRC_W] && (!valid_o || earlier(deadline_i[SRC_W], best))) begin
      valid_o = 1'b1;
      src_o   = SRC_W;
    end
  end

endmodule
