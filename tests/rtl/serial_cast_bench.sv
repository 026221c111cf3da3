// SPDX-License-Identifier: Apache-2.0
// Every code of every format through the conversions, as lines "in|out format input result".

module serial_cast_bench
  import serial_pkg::*;
;

  format_e     format;
  logic [15:0] raw, value, wide, narrow;

  serial_widen i_widen (
    .format_i(format),
    .raw_i   (raw),
    .value_o (wide)
  );

  serial_narrow i_narrow (
    .format_i(format),
    .value_i (value),
    .raw_o   (narrow)
  );

  initial begin
    for (int unsigned f = 0; f < 4; f++) begin
      for (int unsigned code = 0; code < 65536; code++) begin
        format = format_e'(f);
        raw    = 16'(code);
        value  = 16'(code);
        #1;
        if (element_bytes(format) == 2'd2 || code < 256) $display("in %0d %04x %04x", f, code, wide);
        $display("out %0d %04x %04x", f, code, narrow);
      end
    end
    $finish;
  end

endmodule
