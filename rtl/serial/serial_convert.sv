// SPDX-License-Identifier: Apache-2.0

// One IEEE-like binary format into another, rounded to nearest even (contract A2.5 to A2.7): the largest exponent
// field holds infinity and NaN, the smallest zero and subnormals. Overflow gives infinity, a NaN the canonical one.
//
// Written as the definition reads: take the number apart, normalise it, shift out what the destination cannot hold,
// round. Of a subnormal result the exponent stays at its least, and rounding up to the least normal number, to the next
// power of two or to infinity is one addition, since codes ascend with their magnitudes.
module serial_convert #(
  parameter int unsigned SrcExp = 5,   // bits of the exponent field
  parameter int unsigned SrcMan = 10,  // bits of the fraction field
  parameter int unsigned DstExp = 5,
  parameter int unsigned DstMan = 10
) (
  input  logic [SrcExp+SrcMan:0] src_i,
  output logic [DstExp+DstMan:0] dst_o
);

  localparam int SrcBias = 2 ** (SrcExp - 1) - 1;
  localparam int DstBias = 2 ** (DstExp - 1) - 1;
  // Of a number's bits the destination keeps DstMan + 1. More than MaxShift binades below its least normal number
  // everything rounds to zero, and a word of Exact bits loses nothing in a shift by as much.
  localparam int unsigned MaxShift = DstMan + SrcMan + 2;
  localparam int unsigned Exact    = 2 * MaxShift;

  localparam logic [DstExp-1:0]        MaxExp   = '1;
  localparam logic [DstExp+DstMan-1:0] Infinity = {MaxExp, DstMan'(0)};
  localparam logic [DstExp+DstMan:0]   NaN      = {1'b0, MaxExp, 1'b1, (DstMan - 1)'(0)};

  logic              sign;
  logic [SrcExp-1:0] exp_field;
  logic [SrcMan-1:0] fraction;

  int                exponent;     // of the leading one, with the destination's bias
  logic [SrcMan:0]   significand;  // leading one first
  int unsigned       shift;
  logic [Exact-1:0]  shifted;
  logic              up;
  logic [31:0]       magnitude;

  assign {sign, exp_field, fraction} = src_i;

  always_comb begin : normalise
    significand = {exp_field != '0, fraction};
    exponent    = (exp_field == '0 ? 1 : int'(exp_field)) - SrcBias + DstBias;
    for (int unsigned i = 0; i < SrcMan; i++) begin
      if (!significand[SrcMan]) begin
        significand = significand << 1;
        exponent    = exponent - 1;
      end
    end
    if (significand == '0) exponent = 1;
  end

  always_comb begin : round
    shift = 0;
    if (exponent < 1) shift = (1 - exponent > int'(MaxShift)) ? MaxShift : unsigned'(1 - exponent);
    shifted = {significand, (Exact - SrcMan - 1)'(0)} >> shift;
    // Half of the last place and more, or exactly half with an odd last place
    up      = shifted[Exact-DstMan-2] && (shifted[Exact-DstMan-3:0] != '0 || shifted[Exact-DstMan-1]);
    // The leading one of a normal number adds one to the exponent.
    magnitude = 32'(shifted[Exact-1:Exact-DstMan-1]) + 32'(up);
    if (exponent > 1) magnitude = magnitude + (32'(exponent - 1) << DstMan);
  end

  always_comb begin : result
    if (exp_field == '1 && fraction != '0) dst_o = NaN;
    else if (exp_field == '1 || magnitude > 32'(Infinity)) dst_o = {sign, Infinity};
    else dst_o = {sign, (DstExp + DstMan)'(magnitude)};
  end

endmodule
