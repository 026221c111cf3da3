// SPDX-License-Identifier: Apache-2.0
// A register map of another family: commit and start apart, a format for inputs and one for outputs, a pointer for
// Y, jobs without a lock, one core, values and ids of its own, and a field that has to be 5.
//
// 0x00 commit (1) and start (2), 0x04 acquire, 0x0C jobs that run or wait, 0x10 running job, 0x14 clear (7: registers
// too), 0x20 M and K, 0x24 N, 5, operation, formats, 0x28 Y, 0x2C X, 0x30 W, 0x34 Z, 0x38 jobs that ended.
module other_regs
  import serial_pkg::*;
#(
    parameter int unsigned CONTEXTS = 2
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  int unsigned mutant_i,
    input  logic        periph_req_i,
    input  logic [31:0] periph_add_i,
    input  logic        periph_wen_i,
    input  logic [3:0]  periph_be_i,
    input  logic [31:0] periph_data_i,
    input  logic [7:0]  periph_id_i,
    output logic [31:0] periph_r_data_o,
    output logic        clear_o,
    output logic        job_valid_o,
    output job_t        job_o,
    output logic [31:0] y_offset_o,
    output logic [7:0]  job_core_o,
    input  logic        job_done_i
);

  localparam logic [31:0] CONFIG_BITS = 32'h07FF_FFFF;

  localparam logic [31:0] FULL = 32'hFFFF_FFF0, TAKEN = 32'hFFFF_FFF1;
  localparam logic [7:0] LAST_ID = 8'd99;

  logic [5:0][31:0] word_q;  // from 0x20 on
  logic [CONTEXTS-1:0] used;
  logic [CONTEXTS-1:0][31:0] y_q;
  logic acquired_q, full, waiting;
  logic [7:0] job_id_q, next_id_q, running_id;
  logic [31:0] ended_q;
  job_t job;
  format_e format_in, format_out;

  // FP16 is 0 here, and E5M2 is 1.
  function automatic format_e decoded(logic [1:0] code);
    return format_e'(code[1] ? code : ~code & 2'b01);
  endfunction

  logic [7:0] offset;
  logic write, commit, start, acquire;

  assign offset = {periph_add_i[7:2], 2'b00};
  assign write = periph_req_i && !periph_wen_i;
  assign acquire = periph_req_i && periph_wen_i && offset == 8'h04 && !acquired_q && !full;
  assign commit = write && offset == 8'h00 && periph_data_i == 32'd1 && !full && word_q[1][19:16] == 4'd5;
  assign start = write && offset == 8'h00 && periph_data_i == 32'd2 && waiting;
  assign clear_o = write && offset == 8'h14;

  assign format_in = decoded(word_q[1][24:23]);
  assign format_out = decoded(word_q[1][26:25]);
  assign job = '{
          x_addr: word_q[3],
          w_addr: word_q[4],
          z_addr: word_q[5],
          m: word_q[0][15:0],
          k: word_q[0][31:16],
          n: word_q[1][15:0],
          // GEMM is 0 here, and MATMUL is 1.
          op: op_e'(word_q[1][22:21] == '0 ? word_q[1][22:20] ^ 3'd1 : word_q[1][22:20]),
          x_format: format_in,
          w_format: format_in,
          z_format: mutant_i == 2 ? format_in : format_out
      };

  job_queue #(
      .CONTEXTS(CONTEXTS)
  ) i_queue (
      .clear_i(clear_o),
      .commit_i(commit),
      .job_i(job),
      .core_i(8'h01),
      .id_i(acquired_q ? job_id_q : next_id_q),
      .start_i(start),
      .done_i(job_done_i),
      .valid_o(job_valid_o),
      .job_o(job_o),
      .core_o(job_core_o),
      .id_o(running_id),
      .used_o(used),
      .full_o(full),
      .waiting_o(waiting),
      .*
  );

  // Y has a pointer of its own; the engine knows that of Z.
  logic [$clog2(CONTEXTS+1)-1:0] y_in_q, y_out_q;
  assign y_offset_o = y_q[y_out_q];

  logic [31:0] r_data_d;

  always_comb begin
    r_data_d = '0;
    if (periph_req_i && periph_wen_i) begin
      if (offset == 8'h04) begin
        r_data_d = acquired_q ? TAKEN : full ? FULL : {24'h0, next_id_q};
      end
      if (offset == 8'h0C) r_data_d = 32'($countones(used));
      if (offset == 8'h10) r_data_d = {24'h0, running_id};
      if (offset == 8'h38) r_data_d = ended_q;
      for (int unsigned i = 0; i < 6; i++) if (offset == 8'(32'h20 + 4 * i)) r_data_d = word_q[i];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {word_q, y_q, acquired_q, job_id_q, next_id_q, ended_q, periph_r_data_o, y_in_q, y_out_q} <= '0;
    end else begin
      periph_r_data_o <= r_data_d;
      ended_q <= ended_q + 32'(job_done_i);
      if (acquire) {acquired_q, job_id_q} <= {1'b1, next_id_q};
      if (acquire || (commit && !acquired_q)) next_id_q <= next_id_q == LAST_ID ? '0 : next_id_q + 8'd1;
      for (int unsigned i = 0; i < 6; i++) begin
        if (write && offset == 8'(32'h20 + 4 * i)) word_q[i] <= periph_data_i & (i == 1 ? CONFIG_BITS : '1);
      end
      if (commit) begin
        acquired_q <= 1'b0;
        y_q[y_in_q] <= mutant_i == 4 ? '0 : word_q[2] - word_q[5];
        y_in_q <= 32'(y_in_q) == CONTEXTS - 1 ? '0 : y_in_q + 1'b1;
      end
      if (job_done_i) y_out_q <= 32'(y_out_q) == CONTEXTS - 1 ? '0 : y_out_q + 1'b1;
      if (clear_o) {acquired_q, ended_q, y_in_q, y_out_q} <= '0;
      if (clear_o && periph_data_i == 32'd7) {word_q, next_id_q} <= '0;
    end
  end

  logic unused;
  assign unused = &{periph_be_i, periph_id_i};

endmodule
