// SPDX-License-Identifier: Apache-2.0
// Elements of Y in a job without steps (N = 0): widened and narrowed again, a port width at a time.
// For FP8 that only makes NaNs canonical, for FP16 nothing; bfloat16 loses what FP16 cannot hold.

module redmule_copy_cast
  import redmule_pkg::*;
#(
  parameter int unsigned DW = 256  // payload bits of the port
) (
  input  fmt_e          fmt_i,
  input  logic [DW-1:0] data_i,
  output logic [DW-1:0] data_o
);

  function automatic logic [7:0] canonical(fmt_e fmt, logic [7:0] fp8);
    if (fmt == E5M2) return (fp8[6:2] == '1 && fp8[1:0] != '0) ? 8'h7E : fp8;
    return (fp8[6:3] == '1 && fp8[2:0] != '0) ? 8'h7C : fp8;
  endfunction

  for (genvar w = 0; w < int'(DW / 16); w++) begin : gen_word
    logic [15:0] word, wide, bf16;

    assign word = data_i[16*w+:16];

    redmule_cast_in i_in (
      .fmt_i  (BF16),
      .odd_i  (1'b0),
      .raw_i  (word),
      .value_o(wide)
    );

    redmule_cast_out i_out (
      .fmt_i  (BF16),
      .value_i(wide),
      .raw_o  (bf16)
    );

    always_comb begin
      unique case (fmt_i)
        FP16:    data_o[16*w+:16] = word;
        BF16:    data_o[16*w+:16] = bf16;
        default: data_o[16*w+:16] = {canonical(fmt_i, word[15:8]), canonical(fmt_i, word[7:0])};
      endcase
    end
  end

endmodule
