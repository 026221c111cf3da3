// SPDX-License-Identifier: Apache-2.0
// The contract's register map with a queue of any depth; on request, each job needs a clear before the next,
// or all its values are those of the moment in which MACFG is written.
module queue_regs
  import serial_pkg::*;
#(
    parameter int unsigned CONTEXTS = 2,
    parameter bit CLEARING = 1'b0,
    parameter bit LAST = 1'b0
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

  localparam logic [31:0] MACFG_BITS = 32'h007F_1F80;

  logic [5:0][31:0] word_q;  // X_ADDR, W_ADDR, Z_ADDR, MCFG0, MCFG1, MACFG
  logic [4:0][31:0] taken_q, own_word;
  logic [7:0] holder_q, job_id_q, next_id_q, running_id;
  logic [31:0] finished_q;
  logic spent_q;  // a job was triggered since the last clear
  logic [CONTEXTS-1:0] used;
  logic full, free, mixed;
  job_t job;

  function automatic logic [31:0] merge(logic [31:0] old, logic [31:0] data, logic [3:0] be);
    for (int unsigned i = 0; i < 4; i++) merge[8*i+:8] = be[i] ? data[8*i+:8] : old[8*i+:8];
  endfunction

  logic [7:0] offset;
  logic read, write, own, trigger;
  logic [31:0] value;

  assign offset  = {periph_add_i[7:2], 2'b00};
  assign read    = periph_req_i && $onehot(periph_id_i) && periph_wen_i;
  assign write   = periph_req_i && $onehot(periph_id_i) && !periph_wen_i;
  assign own     = holder_q == periph_id_i;
  assign value   = merge('0, periph_data_i, periph_be_i);
  assign trigger = write && offset == 8'h00 && periph_be_i[0] && value == '0 && own;
  assign clear_o = write && offset == 8'h14;
  assign free    = !full && !(CLEARING && spent_q);

  assign own_word = LAST ? taken_q : word_q[4:0];
  assign mixed = word_q[5][16];
  assign job = '{
          x_addr: own_word[0],
          w_addr: own_word[1],
          z_addr: own_word[2],
          m: own_word[3][15:0],
          k: own_word[3][31:16],
          n: own_word[4][15:0],
          op: op_e'(word_q[5][12:10]),
          x_format: decode_format(word_q[5][9:7]),
          w_format: decode_format(mixed ? word_q[5][19:17] : word_q[5][9:7]),
          z_format: decode_format(mixed ? word_q[5][22:20] : word_q[5][9:7])
      };

  job_queue #(
      .CONTEXTS(CONTEXTS)
  ) i_queue (
      .clear_i(clear_o),
      .commit_i(trigger),
      .job_i(job),
      .core_i(periph_id_i),
      .id_i(job_id_q),
      .start_i(trigger),
      .done_i(job_done_i),
      .valid_o(job_valid_o),
      .job_o(job_o),
      .core_o(job_core_o),
      .id_o(running_id),
      .used_o(used),
      .full_o(full),
      .waiting_o(),
      .*
  );
  assign y_offset_o = '0;

  logic [31:0] r_data_d, status;

  if (CONTEXTS <= 4) begin : gen_bytes
    always_comb begin
      status = '0;
      for (int unsigned i = 0; i < CONTEXTS; i++) status[8*i] = used[i];
    end
  end else begin : gen_count
    assign status = 32'($countones(used));
  end

  always_comb begin
    r_data_d = '0;
    if (read) begin
      if (offset == 8'h04) begin
        if (own) r_data_d = {24'h0, job_id_q};
        else if (holder_q != '0) r_data_d = 32'hFFFF_FFFE;
        else if (free) r_data_d = {24'h0, next_id_q};
        else r_data_d = mutant_i == 2 ? 32'hFFFF_FFFE : 32'hFFFF_FFFF;
      end
      if (offset == 8'h08) r_data_d = finished_q;
      if (offset == 8'h0C) r_data_d = status;
      if (offset == 8'h10) r_data_d = {24'h0, running_id};
      for (int unsigned i = 0; i < 6; i++) if (offset == 8'(32'h40 + 4 * i)) r_data_d = word_q[i];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {word_q, taken_q, holder_q, job_id_q, next_id_q, finished_q, spent_q, periph_r_data_o} <= '0;
    end else begin
      periph_r_data_o <= r_data_d;
      finished_q <= (read && offset == 8'h08 ? '0 : finished_q) + 32'(job_done_i);
      if (read && offset == 8'h04 && holder_q == '0 && free) begin
        holder_q  <= periph_id_i;
        job_id_q  <= next_id_q;
        next_id_q <= next_id_q + 8'd1;
      end
      for (int unsigned i = 0; i < 6; i++) begin
        if (write && own && offset == 8'(32'h40 + 4 * i)) begin
          word_q[i] <= merge(word_q[i], periph_data_i, periph_be_i) &
              (i == 4 ? 32'hFFFF : i == 5 ? MACFG_BITS : '1);
        end
      end
      if (write && own && offset == 8'h54) taken_q <= word_q[4:0];
      if (trigger) {holder_q, spent_q} <= {8'h0, 1'b1};
      if (clear_o) {holder_q, finished_q, spent_q} <= '0;
      if (clear_o && value == '0) {word_q, next_id_q} <= '0;
    end
  end

endmodule
