// SPDX-License-Identifier: Apache-2.0
// What the neighbours see of a FIFO: its oldest entry while there is one.

module cluster_fifo_view #(
  parameter int unsigned WIDTH = 1
) (
  input logic             empty_o,
  input logic [WIDTH-1:0] data_o
);

  (* keep *) logic [WIDTH-1:0] seen_data;

  assign seen_data = empty_o ? '0 : data_o;

endmodule

bind cluster_fifo cluster_fifo_view #(
  .WIDTH($bits(T))
) i_view (.*);
