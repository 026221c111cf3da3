// SPDX-License-Identifier: Apache-2.0
// An element as loaded, in FP16: exact for FP8, rounded for bfloat16. FP16 passes unchanged, NaN payloads too.

module serial_widen
  import serial_pkg::*;
(
  input  format_e     format_i,
  input  logic [15:0] raw_i,  // FP8 in the low byte
  output logic [15:0] value_o
);

  logic [15:0] from_e5m2, from_e4m3, from_bf16;

  serial_convert #(
    .SRC_EXP(5),
    .SRC_MAN(2)
  ) i_e5m2 (
    .src_i(raw_i[7:0]),
    .dst_o(from_e5m2)
  );

  serial_convert #(
    .SRC_EXP(4),
    .SRC_MAN(3)
  ) i_e4m3 (
    .src_i(raw_i[7:0]),
    .dst_o(from_e4m3)
  );

  serial_convert #(
    .SRC_EXP(8),
    .SRC_MAN(7)
  ) i_bf16 (
    .src_i(raw_i),
    .dst_o(from_bf16)
  );

  always_comb begin
    unique case (format_i)
      E5M2:    value_o = from_e5m2;
      E4M3:    value_o = from_e4m3;
      BF16:    value_o = from_bf16;
      default: value_o = raw_i;
    endcase
  end

endmodule
