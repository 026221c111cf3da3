// SPDX-License-Identifier: Apache-2.0
// Bench of the control agent's own tests: the project's monitor and rules of the register port around a
// small target, and counts of edges and grants to compare with.
module periph_tb;

  logic clk = 1'b0;
  logic rst_n = 1'b0;
  logic [3:0] fault = '0;
  logic slow = 1'b0;
  logic [31:0] cycle_q = '0;
  logic [31:0] grants_q = '0;      // granted accesses so far

  logic periph_req = 1'b0, periph_wen = 1'b1;
  logic [31:0] periph_add = '0, periph_data = '0;
  logic [3:0] periph_be = '0;
  logic [7:0] periph_id = '0;
  logic play_req, play_wen;
  logic [31:0] play_add, play_data;
  logic [3:0] play_be;
  logic [7:0] play_id;
  logic port_req, port_wen;
  logic [31:0] port_add, port_data;
  logic [3:0] port_be;
  logic [7:0] port_id;
  logic periph_gnt, periph_r_valid, periph_gnt_s, periph_r_valid_s;
  logic [31:0] periph_r_data, periph_r_data_s;
  logic [7:0] periph_r_id, periph_r_id_s;

  import bench_pkg::bench_create;

  chandle bench;
  initial bench = bench_create(9);

  always #1 clk = ~clk;

  assign port_req = play_req | periph_req;
  assign port_add = play_req ? play_add : periph_add;
  assign port_wen = play_req ? play_wen : periph_wen;
  assign port_be = play_req ? play_be : periph_be;
  assign port_data = play_req ? play_data : periph_data;
  assign port_id = play_req ? play_id : periph_id;

  always_ff @(posedge clk) begin
    cycle_q <= cycle_q + 1;
    if (port_req && periph_gnt) grants_q <= grants_q + 1;
  end

  periph_player i_player (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(64'(cycle_q)),
      .req_o(play_req),
      .gnt_i(periph_gnt),
      .add_o(play_add),
      .wen_o(play_wen),
      .be_o(play_be),
      .data_o(play_data),
      .id_o(play_id),
      .r_valid_i(periph_r_valid),
      .r_data_i(periph_r_data)
  );

  periph_monitor i_monitor (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(64'(cycle_q)),
      .req_i(port_req),
      .gnt_i(periph_gnt),
      .add_i(port_add),
      .wen_i(port_wen),
      .be_i(port_be),
      .data_i(port_data),
      .id_i(port_id),
      .r_data_i(periph_r_data),
      .r_valid_i(periph_r_valid),
      .r_id_i(periph_r_id),
      .gnt_s_o(periph_gnt_s),
      .r_valid_s_o(periph_r_valid_s),
      .r_data_s_o(periph_r_data_s),
      .r_id_s_o(periph_r_id_s)
  );

  periph_target i_target (
      .clk_i(clk),
      .rst_ni(rst_n),
      .fault_i(fault),
      .slow_i(slow),
      .req_i(port_req),
      .gnt_o(periph_gnt),
      .add_i(port_add),
      .wen_i(port_wen),
      .be_i(port_be),
      .data_i(port_data),
      .id_i(port_id),
      .r_data_o(periph_r_data),
      .r_valid_o(periph_r_valid),
      .r_id_o(periph_r_id)
  );

endmodule
