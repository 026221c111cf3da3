// SPDX-License-Identifier: Apache-2.0
// Every code of every format through the cast units, as lines "in|out format input result".

module redmule_cast_bench
  import redmule_pkg::*;
;

  fmt_e        fmt;
  logic        odd;
  logic [15:0] raw, value, wide, narrow;

  redmule_cast_in i_in (
    .fmt_i  (fmt),
    .odd_i  (odd),
    .raw_i  (raw),
    .value_o(wide)
  );

  redmule_cast_out i_out (
    .fmt_i  (fmt),
    .value_i(value),
    .raw_o  (narrow)
  );

  initial begin
    for (int unsigned f = 0; f < 4; f++) begin
      for (int unsigned code = 0; code < 65536; code++) begin
        fmt   = fmt_e'(f);
        odd   = code[8];  // of an FP8 pair, either byte
        raw   = fmt_shift(fmt) ? 16'(code) : odd ? {code[7:0], 8'h5A} : {8'hA5, code[7:0]};
        value = 16'(code);
        #1;
        if (fmt_shift(fmt) || code < 512) $display("in %0d %04x %04x", f, code, wide);
        $display("out %0d %04x %04x", f, code, narrow);
      end
    end
    $finish;
  end

endmodule
