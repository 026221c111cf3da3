// SPDX-License-Identifier: Apache-2.0
// Records each access of the register port with its response, and each cycle with either; holds the port to its rules;
// keeps the port's values as the clock edge saw them, for a driver whose own view is that after the edge.
module periph_monitor (
    input logic clk_i,
    input logic rst_ni,
    input chandle bench_i,
    input longint unsigned cycle_i,
    input logic req_i,
    input logic gnt_i,
    input logic [31:0] add_i,
    input logic wen_i,
    input logic [3:0] be_i,
    input logic [31:0] data_i,
    input logic [7:0] id_i,
    input logic [31:0] r_data_i,
    input logic r_valid_i,
    input logic [7:0] r_id_i,
    output logic gnt_s_o,
    output logic r_valid_s_o,
    output logic [31:0] r_data_s_o,
    output logic [7:0] r_id_s_o
);

  import bench_pkg::bench_access, bench_pkg::bench_port;

  // The access granted at the previous edge, whose response is due at this one.
  logic pending_q;
  longint unsigned cycle_q;
  logic [31:0] add_q, data_q;
  logic wen_q;
  logic [3:0] be_q;
  logic [7:0] id_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_pending
    if (!rst_ni) begin
      pending_q <= 1'b0;
    end else begin
      pending_q <= req_i & gnt_i;
      if (pending_q) begin
        bench_access(bench_i, cycle_q, add_q, wen_q, 32'(be_q), data_q, 32'(id_q), r_valid_i, r_data_i);
      end
    end
  end

  always_ff @(posedge clk_i) begin : p_port
    if (req_i || r_valid_i) begin
      bench_port(bench_i, cycle_i, req_i, gnt_i, add_i, wen_i, 32'(be_i), data_i, 32'(id_i), r_valid_i,
                 32'(r_id_i));
    end
  end

  always_ff @(posedge clk_i) begin : p_access
    cycle_q <= cycle_i;
    add_q <= add_i;
    data_q <= data_i;
    wen_q <= wen_i;
    be_q <= be_i;
    id_q <= id_i;
  end

  always_ff @(posedge clk_i) begin : p_sample
    gnt_s_o <= req_i & gnt_i;
    r_valid_s_o <= r_valid_i;
    r_data_s_o <= r_data_i;
    r_id_s_o <= r_id_i;
  end

  periph_rules i_rules (
      .clk_i,
      .rst_ni,
      .bench_i,
      .cycle_i,
      .req_i,
      .gnt_i,
      .add_i,
      .wen_i,
      .be_i,
      .data_i,
      .id_i,
      .r_valid_i,
      .r_id_i
  );

endmodule
