// SPDX-License-Identifier: Apache-2.0
// Minimum and maximum as a < b ? a : b, in the place of the serial device's: of a NaN or two zeros it is the second
// operand, as it stands.
//
// +mutant=6: of a NaN it is the first one.
module serial_minmax (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  fpnew_pkg::roundmode_e mode_i,   // RNE: minimum, RTZ: maximum
    input  logic [15:0]           a_i,
    input  logic [15:0]           b_i,
    output logic [15:0]           result_o
);

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  function automatic logic is_nan(logic [14:0] magnitude);
    return magnitude > 15'h7C00;
  endfunction

  // Order of values; false for a NaN.
  function automatic logic less(logic [15:0] left, logic [15:0] right);
    if (is_nan(left[14:0]) || is_nan(right[14:0]) || (left[14:0] | right[14:0]) == '0) return 1'b0;
    if (left[15] != right[15]) return left[15];
    return left[15] ? left[14:0] > right[14:0] : left[14:0] < right[14:0];
  endfunction

  always_comb begin
    result_o = (mode_i == fpnew_pkg::RNE ? less(a_i, b_i) : less(b_i, a_i)) ? a_i : b_i;
    if (mutant == 6 && is_nan(b_i[14:0])) result_o = a_i;
  end

  logic unused;
  assign unused = clk_i & rst_ni;

endmodule
