// SPDX-License-Identifier: Apache-2.0
// Widens an element to FP16 (contract A2.6): FP8 exactly, bfloat16 rounded to nearest even, NaN made canonical.
// FP16 passes unchanged, NaN payloads too. Other formats see zeros instead of the element, and stand still.

module redmule_cast_in
  import redmule_pkg::*;
(
  input  fmt_e        fmt_i,
  input  logic        odd_i,    // an FP8 element is the upper byte of raw_i
  input  logic [15:0] raw_i,
  output logic [15:0] value_o
);

  localparam logic [15:0] NAN = 16'h7E00;

  logic [7:0] fp8;
  assign fp8 = (fmt_i != E5M2 && fmt_i != E4M3) ? '0 : odd_i ? raw_i[15:8] : raw_i[7:0];

  // E5M2 is the upper byte of an FP16
  logic [15:0] e5m2;
  assign e5m2 = (fp8[6:2] == '1 && fp8[1:0] != '0) ? NAN : {fp8, 8'd0};

  // E4M3: exponent bias 7 instead of 15; its subnormals are normal in FP16
  logic [15:0] e4m3;
  always_comb begin
    unique casez (fp8[6:0])
      7'b1111_???: e4m3 = (fp8[2:0] == '0) ? {fp8[7], 5'd31, 10'd0} : NAN;
      7'b0000_000: e4m3 = {fp8[7], 15'd0};
      7'b0000_001: e4m3 = {fp8[7], 5'd6, 10'd0};
      7'b0000_01?: e4m3 = {fp8[7], 5'd7, fp8[0], 9'd0};
      7'b0000_1??: e4m3 = {fp8[7], 5'd8, fp8[1:0], 8'd0};
      default:     e4m3 = {fp8[7], 5'(fp8[6:3]) + 5'd8, fp8[2:0], 7'd0};
    endcase
  end

  // bfloat16: exponent bias 127 instead of 15, so 113..142 are normal, and 102..112 can round to a subnormal
  logic [15:0] bf16;
  logic [7:0]  exponent;
  logic [6:0]  mantissa;
  logic [19:0] scaled;  // in units of 2^-34, that is a subnormal with ten more bits
  logic        round_up;
  assign {exponent, mantissa} = (fmt_i == BF16) ? raw_i[14:0] : '0;
  assign scaled   = {1'b1, mantissa, 12'd0} >> 4'(8'd112 - exponent);
  assign round_up = scaled[9] && (scaled[8:0] != '0 || scaled[10]);
  always_comb begin
    if (exponent == '1 && mantissa != '0)   bf16 = NAN;
    else if (exponent > 8'd142)             bf16 = {raw_i[15], 5'd31, 10'd0};
    else if (exponent > 8'd112)             bf16 = {raw_i[15], 5'(exponent - 8'd112), raw_i[6:0], 3'd0};
    else if (exponent >= 8'd102)            bf16 = {raw_i[15], 5'd0, scaled[19:10] + 10'(round_up)};
    else                                    bf16 = {raw_i[15], 15'd0};
  end

  always_comb begin
    unique case (fmt_i)
      E5M2:    value_o = e5m2;
      E4M3:    value_o = e4m3;
      BF16:    value_o = bf16;
      default: value_o = raw_i;
    endcase
  end

endmodule
