// SPDX-License-Identifier: Apache-2.0
// A clock and a counter whose waves are written to the file that +waves names.
module waved;

  logic clk = 1'b0;
  logic [7:0] count = '0;
  string file;

  always #1 clk = ~clk;
  always_ff @(posedge clk) count <= count + 8'd1;

  initial begin
    if ($value$plusargs("waves=%s", file)) $dumpfile(file);
    $dumpvars;
    #20 $finish;
  end

endmodule
