// SPDX-License-Identifier: Apache-2.0
// The serial device with up to five defects at once. The bits of +mutant= choose them:
//
//   1  hang: a job with N <= 2 stops behind the first read that had to wait
//   2  wrong: a bit of each element of Z, where M modulo 4 is 3
//   4  slow: with ADDMAX, each pair of X and W takes a cycle more
//   8  stray: one read far from all operands, where Z begins at 1 modulo 4
//  16  register: core 3 reads job ids with bit 7 flipped
module redmule_five
  import serial_pkg::*;
#(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8,
    localparam int unsigned PW = DW + 32
) (
    input logic clk_i,
    input logic rst_ni,
    input logic test_mode_i,
    output logic [N_CORES-1:0][1:0] evt_o,
    output logic busy_o,
    output logic tcdm_req_o,
    input logic tcdm_gnt_i,
    output logic [31:0] tcdm_add_o,
    output logic tcdm_wen_o,
    output logic [PW/8-1:0] tcdm_be_o,
    output logic [PW-1:0] tcdm_data_o,
    input logic [PW-1:0] tcdm_r_data_i,
    input logic tcdm_r_valid_i,
    input logic periph_req_i,
    output logic periph_gnt_o,
    input logic [31:0] periph_add_i,
    input logic periph_wen_i,
    input logic [3:0] periph_be_i,
    input logic [31:0] periph_data_i,
    input logic [7:0] periph_id_i,
    output logic [31:0] periph_r_data_o,
    output logic periph_r_valid_o,
    output logic [7:0] periph_r_id_o
);

  localparam logic [31:0] Far = 32'h4000_0000;
  localparam logic [5:0] Acquire = 6'h01;

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  job_t job;
  logic event_any;
  assign job = i_serial.job;
  assign event_any = i_serial.job_done;

  logic req, gnt, wen;
  logic [31:0] add, r_data;
  logic [PW/8-1:0] be;
  logic [PW-1:0] data;

  logic waited_q;   // the request was there in the cycle before, without a grant
  logic stuck_q;
  logic paused_q;   // the cycle behind a read of X
  logic strayed_q;  // the job had its stray read
  logic stray_q;    // ... which was granted in the cycle before
  logic stray, hide, acquired_q;

  assign stray = mutant[3] && job.z_addr[1:0] == 2'd1 && req && !waited_q && !strayed_q && !stuck_q && !paused_q;
  assign hide = stuck_q || paused_q;

  assign tcdm_req_o = req && !hide;
  assign tcdm_add_o = stray_hold ? (job.x_addr ^ Far) & 32'hFFFF_FFFC : add;
  assign tcdm_wen_o = stray_hold || wen;
  assign tcdm_be_o = stray_hold ? '1 : be;
  assign gnt = tcdm_gnt_i && !hide && !stray_hold;

  // A stray read waits for its grant as any other.
  logic stray_waits_q, stray_hold;
  assign stray_hold = stray || stray_waits_q;

  always_comb begin : wrong
    tcdm_data_o = data;
    if (mutant[1] && job.m[1:0] == 2'd3) begin
      for (int unsigned i = 0; i < PW / 8; i++) begin
        if (be[i] && (i == 0 || !be[(i + PW / 8 - 1) % (PW / 8)])) tcdm_data_o[8*i] = !data[8*i];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_state
    if (!rst_ni) begin
      {waited_q, stuck_q, paused_q, strayed_q, stray_q, stray_waits_q, acquired_q} <= '0;
    end else begin
      waited_q <= tcdm_req_o && !tcdm_gnt_i;
      if (mutant[0] && job.n <= 16'd2 && waited_q && tcdm_req_o && tcdm_gnt_i && wen && !stray_hold) stuck_q <= 1'b1;
      paused_q <= mutant[2] && job.op == ADDMAX && req && gnt && i_serial.i_engine.state_q == i_serial.i_engine.LOAD_X;
      stray_waits_q <= stray_hold && !tcdm_gnt_i;
      stray_q <= stray_hold && tcdm_gnt_i;
      if (event_any) strayed_q <= 1'b0;
      else if (stray_hold) strayed_q <= 1'b1;
      acquired_q <= periph_req_i && periph_wen_i && periph_add_i[7:2] == Acquire && periph_id_i == 8'h08;
    end
  end

  assign periph_r_data_o = mutant[4] && acquired_q && r_data < 32'd256 ? r_data ^ 32'h80 : r_data;

  redmule_serial #(
      .DW(DW),
      .N_CORES(N_CORES)
  ) i_serial (
      .clk_i,
      .rst_ni,
      .test_mode_i,
      .evt_o,
      .busy_o,
      .tcdm_req_o(req),
      .tcdm_gnt_i(gnt),
      .tcdm_add_o(add),
      .tcdm_wen_o(wen),
      .tcdm_be_o(be),
      .tcdm_data_o(data),
      .tcdm_r_data_i,
      .tcdm_r_valid_i(tcdm_r_valid_i && !stray_q),
      .periph_req_i,
      .periph_gnt_o,
      .periph_add_i,
      .periph_wen_i,
      .periph_be_i,
      .periph_data_i,
      .periph_id_i,
      .periph_r_data_o(r_data),
      .periph_r_valid_o,
      .periph_r_id_o
  );

endmodule
