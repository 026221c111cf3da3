// SPDX-License-Identifier: Apache-2.0
// The device of docs/your-rtl.md: parts of the serial one behind ports that others might have chosen. Names, a reset and a
// write that are high, an input that the contract does not know; K counts blocks of 4 by design; and a bug:
// MINMAX over more than 6 steps begins 40 cycles late.
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of what is written to some addresses.
module renamed
  import serial_pkg::*;
(
    input  logic         clk,
    input  logic         reset,
    input  logic         enable,     // nothing is granted without
    output logic [15:0]  events,
    output logic         busy,
    output logic         memReq,
    input  logic         memGnt,
    output logic [31:0]  memAddr,
    output logic         memWe,
    output logic [35:0]  memStrb,
    output logic [287:0] memWdata,
    input  logic [287:0] memRdata,
    input  logic         memRvalid,
    input  logic         cfg_valid,
    output logic         cfg_ready,
    input  logic [31:0]  cfg_addr,
    input  logic         cfg_we,
    input  logic [3:0]   cfg_strb,
    input  logic [31:0]  cfg_wdata,
    input  logic [7:0]   cfg_id,
    output logic [31:0]  cfg_rdata,
    output logic         cfg_rvalid,
    output logic [7:0]   cfg_rid
);

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  logic clear, job_valid, job_done, granted, pending, raised, expecting;
  job_t job, own_job;
  logic [7:0] core;
  logic access_valid, access_ready, read_valid, wen;
  access_t element, own_element;
  operand_e read_operand;
  logic [15:0] read_data;

  logic [5:0] waited;
  logic held;

  assign held = job.op == MINMAX && job.n > 16'd6 && waited < 6'd40;

  always_ff @(posedge clk) begin
    if (reset || clear || job_done || !job_valid) waited <= 6'd0;
    else if (held) waited <= waited + 6'd1;
  end

  always_comb begin
    own_job = job;
    own_job.k[1:0] = 2'd0;
    own_element = element;
    if (mutant == 1 && element.write && element.addr[5:4] == 2'b11) own_element.data ^= 16'h0020;
  end

  assign memWe = ~wen;
  assign cfg_ready = granted & enable;
  assign busy = pending || raised;

  for (genvar target = 0; target < 8; target++) begin : gen_events
    assign events[2*target+:2] = {1'b0, job_done && core[target]};
  end

  serial_regs i_regs (
      .clk_i(clk),
      .rst_ni(~reset),
      .periph_req_i(cfg_valid & enable),
      .periph_gnt_o(granted),
      .periph_add_i(cfg_addr),
      .periph_wen_i(~cfg_we),
      .periph_be_i(cfg_strb),
      .periph_data_i(cfg_wdata),
      .periph_id_i(cfg_id),
      .periph_r_data_o(cfg_rdata),
      .periph_r_valid_o(cfg_rvalid),
      .periph_r_id_o(cfg_rid),
      .clear_o(clear),
      .job_valid_o(job_valid),
      .job_o(job),
      .job_core_o(core),
      .job_done_i(job_done),
      .busy_o(pending)
  );

  serial_engine i_engine (
      .clk_i(clk),
      .rst_ni(~reset),
      .clear_i(clear),
      .job_valid_i(job_valid),
      .job_i(own_job),
      .done_o(job_done),
      .valid_o(access_valid),
      .ready_i(access_ready && !held),
      .access_o(element),
      .rvalid_i(read_valid),
      .roperand_i(read_operand),
      .rdata_i(read_data),
      .in_flight_i(raised || expecting)
  );

  serial_port #(
      .DW(256)
  ) i_port (
      .clk_i(clk),
      .rst_ni(~reset),
      .clear_i(clear),
      .valid_i(access_valid && !held),
      .ready_o(access_ready),
      .access_i(own_element),
      .rvalid_o(read_valid),
      .roperand_o(read_operand),
      .rdata_o(read_data),
      .raised_o(raised),
      .expecting_o(expecting),
      .tcdm_req_o(memReq),
      .tcdm_gnt_i(memGnt),
      .tcdm_add_o(memAddr),
      .tcdm_wen_o(wen),
      .tcdm_be_o(memStrb),
      .tcdm_data_o(memWdata),
      .tcdm_r_data_i(memRdata),
      .tcdm_r_valid_i(memRvalid)
  );

endmodule
