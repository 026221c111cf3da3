// SPDX-License-Identifier: Apache-2.0
// The serial device with the deviations that its parameters name, each as another design might have it.
//
// +mutant= adds a deliberate defect when the simulation begins: 1 flips a bit of some elements of Z, 2 and 3 go beyond what
// the parameters say: a byte more, other padding, an event or busy_o some cycles off.
module redmule_variant
  import serial_pkg::*;
#(
    parameter int unsigned DW = 256,
    parameter int unsigned N_CORES = 8,
    parameter int unsigned MULTIPLE = 1,    // M, N and K are rounded down to a multiple of this
    parameter int unsigned TILE_ROWS = 1,   // rows of X, Y and Z are read and written to a multiple of this
    parameter int unsigned TILE_COLS = 1,   // ... and the last row of Z to a multiple of this
    parameter int unsigned PAD_N = 1,       // N is padded to a multiple of this with PAD_X and PAD_W; FP16 alone
    parameter int unsigned PAD_X = 0,       // one more step with them has to be as good as many
    parameter int unsigned PAD_W = 0,
    parameter int unsigned LEAD = 0,        // cycles from an event to the last write, if not 0
    parameter int unsigned LATE = 0,        // cycles by which busy_o falls later
    parameter int unsigned FP8_BYTES = 1,   // bytes from one FP8 element to the next
    localparam int unsigned PW = DW + 32
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  logic                    test_mode_i,
    output logic [N_CORES-1:0][1:0] evt_o,
    output logic                    busy_o,
    output logic                    tcdm_req_o,
    input  logic                    tcdm_gnt_i,
    output logic [31:0]             tcdm_add_o,
    output logic                    tcdm_wen_o,
    output logic [PW/8-1:0]         tcdm_be_o,
    output logic [PW-1:0]           tcdm_data_o,
    input  logic [PW-1:0]           tcdm_r_data_i,
    input  logic                    tcdm_r_valid_i,
    input  logic                    periph_req_i,
    output logic                    periph_gnt_o,
    input  logic [31:0]             periph_add_i,
    input  logic                    periph_wen_i,
    input  logic [3:0]              periph_be_i,
    input  logic [31:0]             periph_data_i,
    input  logic [7:0]              periph_id_i,
    output logic [31:0]             periph_r_data_o,
    output logic                    periph_r_valid_o,
    output logic [7:0]              periph_r_id_o
);

  int unsigned mutant = 0;
  initial void'($value$plusargs("mutant=%d", mutant));

  logic clear, job_valid, job_done, jobs_pending, raised, expecting;
  job_t job, own_job;
  logic [7:0] job_core;

  logic access_valid, access_ready, rvalid;
  access_t element, own_element;
  operand_e roperand;
  logic [15:0] rdata;

  function automatic logic [15:0] rounded(logic [15:0] size);
    return 16'(32'(size) - 32'(size) % MULTIPLE);
  endfunction

  // ---- Sizes ----

  always_comb begin
    own_job = job;
    own_job.m = rounded(job.m) + (TILE_ROWS == 1 ? '0 : 16'((TILE_ROWS - 32'(job.m) % TILE_ROWS) % TILE_ROWS));
    own_job.n = rounded(job.n);
    own_job.k = rounded(job.k);
  end

  // ---- Elements: padding of N, places of FP8, defects ----

  logic [15:0] padded;
  logic [31:0] first;
  format_e fmt;

  serial_alu i_padding (
      .op_i(job.op),
      .x_i(mutant == 2 ? 16'h3C00 : 16'(PAD_X)),
      .w_i(mutant == 2 ? 16'h3C00 : 16'(PAD_W)),
      .acc_i(element.data),
      .acc_o(padded),
      .*
  );

  always_comb begin
    unique case (element.operand)
      OPERAND_X: {first, fmt} = {job.x_addr, job.x_format};
      OPERAND_W: {first, fmt} = {job.w_addr, job.w_format};
      default:   {first, fmt} = {job.z_addr, job.z_format};
    endcase
    own_element = element;
    if (element.write && 32'(job.n) % PAD_N != 0) own_element.data = padded;
    if (mutant == 1 && element.write && element.addr[5:4] == 2'b11) own_element.data[6:4] ^= 3'b101;
    if (FP8_BYTES == 2 && element_bytes(fmt) == 2'd1) begin
      own_element.addr = first + 2 * (element.addr - first);
      if (element.write) begin
        own_element.bytes = 2'd2;
        own_element.data[15:8] = ~element.data[7:0];
      end else if (mutant == 2) own_element.addr[0] = 1'b1;
    end
  end

  // ---- The last write: behind its event, and with more columns ----

  logic last_write, held, early;
  logic [7:0] waited_q;
  logic [PW/8-1:0] be;

  assign last_write = access_valid && element.write &&
      element.addr == job.z_addr + (32'(own_job.m) * 32'(own_job.k) - 1) * 32'(element.bytes);
  assign held = last_write && 32'(waited_q) != LEAD + ((mutant == 2 && LEAD != 0) ? 3 : 0);
  assign early = held && waited_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waited_q <= '0;
    else if (!last_write) waited_q <= '0;
    else waited_q <= waited_q + 8'(held);
  end

  logic [31:0] spilled, last_word;
  assign spilled = 32'(element_bytes(job.z_format)) * ((TILE_COLS - 32'(job.k) % TILE_COLS) % TILE_COLS) +
      ((mutant == 2 && TILE_COLS != 1) ? 1 : 0);
  assign last_word = job.z_addr + (32'(own_job.m) * 32'(own_job.k) - 1) * 32'(element_bytes(job.z_format));

  always_comb begin
    tcdm_be_o = be;
    if (TILE_COLS != 1 && !tcdm_wen_o && tcdm_add_o == {last_word[31:2], 2'b00} && be[$clog2(PW/8)'(last_word[1:0])]) begin
      for (int unsigned byte_ = 0; byte_ < PW / 8; byte_++) begin
        if (byte_ >= 32'(last_word[1:0]) && byte_ < 32'(last_word[1:0]) + 32'(element_bytes(job.z_format)) + spilled)
          tcdm_be_o[byte_] = 1'b1;
      end
    end
  end

  serial_regs i_regs (
      .clear_o(clear),
      .job_valid_o(job_valid),
      .job_o(job),
      .job_core_o(job_core),
      .job_done_i(job_done),
      .busy_o(jobs_pending),
      .*
  );

  serial_engine i_engine (
      .clear_i(clear),
      .job_valid_i(job_valid),
      .job_i(own_job),
      .done_o(job_done),
      .valid_o(access_valid),
      .ready_i(access_ready && !held),
      .access_o(element),
      .rvalid_i(rvalid),
      .roperand_i(roperand),
      .rdata_i(rdata),
      .in_flight_i(raised || expecting),
      .*
  );

  serial_port #(
      .DW(DW)
  ) i_port (
      .clear_i(clear),
      .valid_i(access_valid && !held),
      .ready_o(access_ready),
      .access_i(own_element),
      .rvalid_o(rvalid),
      .roperand_o(roperand),
      .rdata_o(rdata),
      .raised_o(raised),
      .expecting_o(expecting),
      .tcdm_be_o(be),
      .*
  );

  // ---- Event and busy_o ----

  logic ends;
  logic [7:0] late_q;

  assign ends = (LEAD == 0 || job.m == '0 || job.k == '0) ? job_done : early;

  always_comb begin
    evt_o = '0;
    for (int unsigned core = 0; core < N_CORES; core++) evt_o[core][0] = ends && job_core[core];
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) late_q <= '0;
    else if (jobs_pending || raised) late_q <= 8'(LATE + ((mutant == 3 && LATE != 0) ? 3 : 0));
    else if (late_q != '0) late_q <= late_q - 8'd1;
  end

  assign busy_o = jobs_pending || raised || late_q != '0;

endmodule
