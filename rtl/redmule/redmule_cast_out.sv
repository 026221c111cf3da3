// SPDX-License-Identifier: Apache-2.0
// Narrows an FP16 to an element (contract A2.7), rounding to nearest even; an FP8 element is in the lower byte.
// FP16 passes unchanged.

module redmule_cast_out
  import redmule_pkg::*;
(
  input  fmt_e        fmt_i,
  input  logic [15:0] value_i,
  output logic [15:0] raw_o
);

  logic       sign, is_nan;
  logic [4:0] exponent;
  logic [9:0] mantissa;

  assign {sign, exponent, mantissa} = value_i;
  assign is_nan = exponent == '1 && mantissa != '0;

  // E5M2: the upper byte, rounded; overflow carries into the exponent of infinity
  logic [6:0] e5m2;
  assign e5m2 = value_i[14:8] + 7'(value_i[7] && (value_i[6:0] != '0 || value_i[8]));

  // E4M3: exponents 9..22 are normal, 5..8 can round to a subnormal
  logic [14:0] rebiased;
  logic [7:0]  e4m3_normal;
  logic [13:0] scaled;     // in units of 2^-20, that is a subnormal with eleven more bits
  logic [6:0]  e4m3;
  assign rebiased    = value_i[14:0] - 15'h2000;
  assign e4m3_normal = rebiased[14:7] + 8'(rebiased[6] && (rebiased[5:0] != '0 || rebiased[7]));
  assign scaled      = {1'b1, mantissa, 3'd0} >> 2'(4'd8 - exponent[3:0]);
  always_comb begin
    if (exponent > 5'd8)       e4m3 = (e4m3_normal >= 8'h78) ? 7'h78 : e4m3_normal[6:0];
    else if (exponent >= 5'd5) e4m3 = 7'(scaled[13:11]) + 7'(scaled[10] && (scaled[9:0] != '0 || scaled[11]));
    else                       e4m3 = '0;
  end

  // bfloat16: subnormals become normal
  logic [3:0]  zeros;
  logic        is_zero;
  logic [9:0]  aligned;
  logic [17:0] extended;
  logic [14:0] bf16;
  lzc #(
    .WIDTH(10),
    .MODE (1'b1)
  ) i_lzc (
    .in_i   (mantissa),
    .cnt_o  (zeros),
    .empty_o(is_zero)
  );
  assign aligned = mantissa << (zeros + 4'd1);
  always_comb begin
    if (exponent == '1)      extended = {8'd255, 10'd0};
    else if (exponent != '0) extended = {8'(exponent) + 8'd112, mantissa};
    else if (is_zero)        extended = '0;
    else                     extended = {8'd112 - 8'(zeros), aligned};
  end
  assign bf16 = extended[17:3] + 15'(extended[2] && (extended[1:0] != '0 || extended[3]));

  always_comb begin
    unique case (fmt_i)
      E5M2:    raw_o = {8'd0, is_nan ? 8'h7E : {sign, e5m2}};
      E4M3:    raw_o = {8'd0, is_nan ? 8'h7C : {sign, e4m3}};
      BF16:    raw_o = is_nan ? 16'h7FC0 : {sign, bf16};
      default: raw_o = value_i;
    endcase
  end

endmodule
