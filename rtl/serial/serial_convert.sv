// SPDX-License-Identifier: Apache-2.0
// One IEEE-like binary format into another, rounded to nearest even (contract A2.5 to A2.7): the largest exponent
// field holds infinity and NaN, the smallest zero and subnormals. Overflow gives infinity, a NaN the canonical one.
//
// Written as the definition reads: take the number apart, normalise it, shift out what the destination cannot hold,
// round. Of a subnormal result the exponent stays at its least, and rounding up to the least normal number, to the next
// power of two or to infinity is one addition, since codes ascend with their magnitudes.

module serial_convert #(
  parameter int unsigned SRC_EXP = 5,   // bits of the exponent field
  parameter int unsigned SRC_MAN = 10,  // bits of the fraction field
  parameter int unsigned DST_EXP = 5,
  parameter int unsigned DST_MAN = 10
) (
  input  logic [SRC_EXP+SRC_MAN:0] src_i,
  output logic [DST_EXP+DST_MAN:0] dst_o
);

  localparam int SRC_BIAS = 2 ** (SRC_EXP - 1) - 1;
  localparam int DST_BIAS = 2 ** (DST_EXP - 1) - 1;
  // Of a number's bits the destination keeps DST_MAN + 1. More than MAX_SHIFT binades below its least normal number
  // everything rounds to zero, and a word of EXACT bits loses nothing in a shift by as much.
  localparam int unsigned MAX_SHIFT = DST_MAN + SRC_MAN + 2;
  localparam int unsigned EXACT     = 2 * MAX_SHIFT;

  localparam logic [DST_EXP-1:0]         MAX_EXP = '1;
  localparam logic [DST_EXP+DST_MAN-1:0] INF     = {MAX_EXP, DST_MAN'(0)};
  localparam logic [DST_EXP+DST_MAN:0]   NAN     = {1'b0, MAX_EXP, 1'b1, (DST_MAN - 1)'(0)};

  logic               sign;
  logic [SRC_EXP-1:0] exp_field;
  logic [SRC_MAN-1:0] fraction;

  int                 exponent;     // of the leading one, with the destination's bias
  logic [SRC_MAN:0]   significand;  // leading one first
  int unsigned        shift;
  logic [EXACT-1:0]   shifted;
  logic               up;
  logic [31:0]        magnitude;

  assign {sign, exp_field, fraction} = src_i;

  always_comb begin
    significand = {exp_field != '0, fraction};
    exponent    = (exp_field == '0 ? 1 : int'(exp_field)) - SRC_BIAS + DST_BIAS;
    for (int unsigned i = 0; i < SRC_MAN; i++) begin
      if (!significand[SRC_MAN]) begin
        significand = significand << 1;
        exponent    = exponent - 1;
      end
    end
    if (significand == '0) exponent = 1;
  end

  always_comb begin
    shift = 0;
    if (exponent < 1) shift = (1 - exponent > int'(MAX_SHIFT)) ? MAX_SHIFT : unsigned'(1 - exponent);
    shifted = {significand, (EXACT - SRC_MAN - 1)'(0)} >> shift;
    // Half of the last place and more, or exactly half with an odd last place
    up      = shifted[EXACT-DST_MAN-2] && (shifted[EXACT-DST_MAN-3:0] != '0 || shifted[EXACT-DST_MAN-1]);
    // The leading one of a normal number adds one to the exponent.
    magnitude = 32'(shifted[EXACT-1:EXACT-DST_MAN-1]) + 32'(up);
    if (exponent > 1) magnitude = magnitude + (32'(exponent - 1) << DST_MAN);
  end

  always_comb begin
    if (exp_field == '1 && fraction != '0) dst_o = NAN;
    else if (exp_field == '1 || magnitude > 32'(INF)) dst_o = {sign, INF};
    else dst_o = {sign, (DST_EXP + DST_MAN)'(magnitude)};
  end

endmodule
