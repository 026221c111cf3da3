// SPDX-License-Identifier: Apache-2.0
// An FP16 as it is stored, rounded to nearest even. FP16 passes unchanged, NaN payloads too.

module serial_narrow
  import serial_pkg::*;
(
  input  format_e     format_i,
  input  logic [15:0] value_i,
  output logic [15:0] raw_o  // FP8 in the low byte, zero above
);

  logic [7:0]  to_e5m2, to_e4m3;
  logic [15:0] to_bf16;

  serial_convert #(
    .DST_EXP(5),
    .DST_MAN(2)
  ) i_e5m2 (
    .src_i(value_i),
    .dst_o(to_e5m2)
  );

  serial_convert #(
    .DST_EXP(4),
    .DST_MAN(3)
  ) i_e4m3 (
    .src_i(value_i),
    .dst_o(to_e4m3)
  );

  serial_convert #(
    .DST_EXP(8),
    .DST_MAN(7)
  ) i_bf16 (
    .src_i(value_i),
    .dst_o(to_bf16)
  );

  always_comb begin
    unique case (format_i)
      E5M2:    raw_o = {8'h00, to_e5m2};
      E4M3:    raw_o = {8'h00, to_e4m3};
      BF16:    raw_o = to_bf16;
      default: raw_o = value_i;
    endcase
  end

endmodule
