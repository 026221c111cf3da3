// SPDX-License-Identifier: Apache-2.0
// Top of the accelerator bench: clock, device, memory, monitors, rules.
//
// The clock lives here and not in Python, so that Python runs only when there is something to do:
// it drives the register port after a rising edge, reads the `_s` copies (what that edge saw), and
// sleeps on `wake` while a job runs.
module tb_top #(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8
);

  import bench_pkg::bench_create, bench_pkg::Causes, bench_pkg::CoverEvents, bench_pkg::SlotBits;

  chandle bench;
  initial bench = bench_create(int'((DW + 32) / 32));

  logic clk, wake;
  logic rst_n = 1'b0;
  longint unsigned cycle_q;

  initial begin
    clk = 1'b0;
    wake = 1'b0;
    cycle_q = 0;
  end

  always #1 clk = ~clk;
  always_ff @(posedge clk) cycle_q <= cycle_q + 1;

  logic busy;
  logic [N_CORES-1:0][1:0] evt;

  logic tcdm_req, tcdm_gnt, tcdm_wen, tcdm_r_valid;
  logic [31:0] tcdm_add;
  logic [(DW+32)/8-1:0] tcdm_be;
  logic [DW+32-1:0] tcdm_data, tcdm_r_data;

  // Driven by the bus functional model of the control agent.
  logic periph_req = 1'b0;
  logic periph_wen = 1'b1;
  logic [31:0] periph_add = '0;
  logic [31:0] periph_data = '0;
  logic [3:0] periph_be = '0;
  logic [7:0] periph_id = '0;

  // Driven by its player, which has the port while it requests: the agent uses one of the two at a time.
  logic play_req, play_wen;
  logic [31:0] play_add, play_data;
  logic [3:0] play_be;
  logic [7:0] play_id;

  // The register port, as the device, the monitor and the rules see it.
  logic port_req, port_wen;
  logic [31:0] port_add, port_data;
  logic [3:0] port_be;
  logic [7:0] port_id;

  assign port_req = play_req | periph_req;
  assign port_add = play_req ? play_add : periph_add;
  assign port_wen = play_req ? play_wen : periph_wen;
  assign port_be = play_req ? play_be : periph_be;
  assign port_data = play_req ? play_data : periph_data;
  assign port_id = play_req ? play_id : periph_id;

  logic periph_gnt, periph_r_valid;
  logic [31:0] periph_r_data;
  logic [7:0] periph_r_id;
  logic periph_gnt_s, periph_r_valid_s;
  logic [31:0] periph_r_data_s;
  logic [7:0] periph_r_id_s;

  logic [31:0] probe_jobs;
  logic [Causes-1:0][SlotBits-1:0] probe_slots;
  logic [CoverEvents-1:0] cover_events;

  dut_shell i_dut (
      .clk_i(clk),
      .rst_ni(rst_n),
      .test_mode_i(1'b0),
      .evt_o(evt),
      .busy_o(busy),
      .tcdm_req_o(tcdm_req),
      .tcdm_gnt_i(tcdm_gnt),
      .tcdm_add_o(tcdm_add),
      .tcdm_wen_o(tcdm_wen),
      .tcdm_be_o(tcdm_be),
      .tcdm_data_o(tcdm_data),
      .tcdm_r_data_i(tcdm_r_data),
      .tcdm_r_valid_i(tcdm_r_valid),
      .periph_req_i(port_req),
      .periph_gnt_o(periph_gnt),
      .periph_add_i(port_add),
      .periph_wen_i(port_wen),
      .periph_be_i(port_be),
      .periph_data_i(port_data),
      .periph_id_i(port_id),
      .periph_r_data_o(periph_r_data),
      .periph_r_valid_o(periph_r_valid),
      .periph_r_id_o(periph_r_id),
      .probe_jobs_o(probe_jobs),
      .probe_slots_o(probe_slots),
      .cover_events_o(cover_events)
  );

  logic memory_wake;

  tcdm_memory #(
      .DW(DW)
  ) i_memory (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
      .busy_i(busy),
      .req_i(tcdm_req),
      .gnt_o(tcdm_gnt),
      .add_i(tcdm_add),
      .wen_i(tcdm_wen),
      .be_i(tcdm_be),
      .data_i(tcdm_data),
      .r_data_o(tcdm_r_data),
      .r_valid_o(tcdm_r_valid),
      .r_valid_i(tcdm_r_valid),
      .wake_o(memory_wake)
  );

  // A toggle, so that one value-change callback serves every wake-up.
  always_ff @(posedge clk) if (memory_wake) wake <= ~wake;

  periph_player i_periph_player (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
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

  periph_monitor i_periph_monitor (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
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

  event_monitor #(
      .N_CORES(N_CORES)
  ) i_event_monitor (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
      .evt_i(evt)
  );

  probe_monitor i_probe_monitor (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
      .jobs_i(probe_jobs),
      .slots_i(probe_slots)
  );

  cover_monitor i_cover_monitor (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
      .busy_i(busy),
      .events_i(cover_events)
  );

  tcdm_rules #(
      .DW(DW),
      .N_CORES(N_CORES)
  ) i_tcdm_rules (
      .clk_i(clk),
      .rst_ni(rst_n),
      .bench_i(bench),
      .cycle_i(cycle_q),
      .req_i(tcdm_req),
      .gnt_i(tcdm_gnt),
      .add_i(tcdm_add),
      .wen_i(tcdm_wen),
      .be_i(tcdm_be),
      .data_i(tcdm_data),
      .r_valid_i(tcdm_r_valid),
      .evt_i(evt)
  );

endmodule
