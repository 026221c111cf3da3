// SPDX-License-Identifier: Apache-2.0
// What a job without steps (N = 0) does to the elements of Y: widened and narrowed again, a port width at a time.

module redmule_copy_cast
  import redmule_pkg::*;
#(
  parameter int unsigned DW = 256  // payload bits of the port
) (
  input  fmt_e          fmt_i,
  input  logic [DW-1:0] data_i,
  output logic [DW-1:0] data_o
);

  for (genvar w = 0; w < int'(DW / 16); w++) begin : gen_word
    logic [1:0][15:0] wide, narrow;

    for (genvar b = 0; b < 2; b++) begin : gen_byte
      redmule_cast_in i_in (
        .fmt_i,
        .odd_i  (1'(b)),
        .raw_i  (data_i[16*w+:16]),
        .value_o(wide[b])
      );

      redmule_cast_out i_out (
        .fmt_i,
        .value_i(wide[b]),
        .raw_o  (narrow[b])
      );
    end

    assign data_o[16*w+:16] = fmt_shift(fmt_i) ? narrow[0] : {narrow[1][7:0], narrow[0][7:0]};
  end

endmodule
