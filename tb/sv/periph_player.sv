// SPDX-License-Identifier: Apache-2.0
// Master of the register port that plays a list of accesses by itself (tb/dpi/player.h).
//
// Programming a job access by access from Python would cost more than simulating it. The outputs
// change after the rising edge, as those of any synchronous master. A reset ends the list.
module periph_player (
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,
    output logic req_o,
    input logic gnt_i,
    output logic [31:0] add_o,
    output logic wen_o,           // 1 = read
    output logic [3:0] be_o,
    output logic [31:0] data_o,
    output logic [7:0] id_o,
    input logic r_valid_i,
    input logic [31:0] r_data_i
);

  import bench_pkg::bench_play;
  import bench_pkg::bench_play_stop;

  bit request, read;
  int unsigned add, be, data, id;

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_play
    if (!rst_ni) begin
      bench_play_stop(bench_i);
      req_o  <= 1'b0;
      add_o  <= '0;
      wen_o  <= 1'b1;
      be_o   <= '0;
      data_o <= '0;
      id_o   <= '0;
    end else begin
      request = bench_play(bench_i, cycle_i, req_o & gnt_i, r_valid_i, r_data_i, add, read, be, data, id);
      req_o <= request;
      // Without a request the lines keep their values.
      if (request) begin
        add_o  <= add;
        wen_o  <= read;
        be_o   <= be[3:0];
        data_o <= data;
        id_o   <= id[7:0];
      end
    end
  end

endmodule
