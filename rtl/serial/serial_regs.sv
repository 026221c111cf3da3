// SPDX-License-Identifier: Apache-2.0
// The register file of contract A5: one programming set, the lock, two contexts used in turn as a queue, job ids.
//
// Every access is granted at once and answered in the next cycle. clear_o is high in the cycle in which a SOFT_CLEAR is
// granted: at its end nothing of any job is left here.

module serial_regs
  import serial_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  // register port
  input  logic        periph_req_i,
  output logic        periph_gnt_o,
  input  logic [31:0] periph_add_i,
  input  logic        periph_wen_i,  // 1 = read
  input  logic [3:0]  periph_be_i,
  input  logic [31:0] periph_data_i,
  input  logic [7:0]  periph_id_i,   // one-hot
  output logic [31:0] periph_r_data_o,
  output logic        periph_r_valid_o,
  output logic [7:0]  periph_r_id_o,
  // the oldest job that has not ended
  output logic        clear_o,
  output logic        job_valid_o,
  output job_t        job_o,
  output logic [7:0]  job_core_o,    // who triggered it, one-hot
  input  logic        job_done_i,    // it ends in this cycle
  output logic        busy_o         // a job is queued or running
);

  // Offsets
  localparam logic [7:0] TRIGGER     = 8'h00;
  localparam logic [7:0] ACQUIRE     = 8'h04;
  localparam logic [7:0] FINISHED    = 8'h08;
  localparam logic [7:0] STATUS      = 8'h0C;
  localparam logic [7:0] RUNNING_JOB = 8'h10;
  localparam logic [7:0] SOFT_CLEAR  = 8'h14;
  localparam logic [7:0] X_ADDR      = 8'h40;
  localparam logic [7:0] W_ADDR      = 8'h44;
  localparam logic [7:0] Z_ADDR      = 8'h48;
  localparam logic [7:0] MCFG0       = 8'h4C;
  localparam logic [7:0] MCFG1       = 8'h50;
  localparam logic [7:0] MACFG       = 8'h54;

  // Bits that exist; spare ones read 0.
  localparam logic [31:0] MCFG1_BITS = 32'h0000_FFFF;
  localparam logic [31:0] MACFG_BITS = 32'h007F_1F80;

  localparam logic [31:0] LOCKED = 32'hFFFF_FFFE;
  localparam logic [31:0] FULL   = 32'hFFFF_FFFF;

  logic [31:0] x_addr_q, x_addr_d, w_addr_q, w_addr_d, z_addr_q, z_addr_d;
  logic [31:0] mcfg0_q, mcfg0_d, mcfg1_q, mcfg1_d, macfg_q, macfg_d;

  logic [7:0] holder_q, holder_d;    // one-hot, zero while nobody holds the lock
  logic [7:0] job_id_q, job_id_d;    // of the lock's holder
  logic [7:0] next_id_q, next_id_d;

  // Contexts: head is the oldest job's, tail the one that the next trigger fills.
  logic [1:0]      used_q, used_d;  // queued or running
  logic            head_q, head_d, tail_q, tail_d;
  job_t [1:0]      job_q, job_d;
  logic [1:0][7:0] core_q, core_d;
  logic [1:0][7:0] id_q, id_d;
  logic [7:0]      running_id_q, running_id;
  logic            mixed;           // W, and Y and Z, have formats of their own instead of X's
  logic [31:0]     finished_q, finished_d;

  function automatic logic [31:0] merge(logic [31:0] old, logic [31:0] data, logic [3:0] be);
    for (int unsigned i = 0; i < 4; i++) merge[8*i +: 8] = be[i] ? data[8*i +: 8] : old[8*i +: 8];
  endfunction

  // Decode
  logic        access, read, write;
  logic [7:0]  offset;
  logic [31:0] value;
  logic        trigger, acquire, finished_read, clear, clear_all;

  assign periph_gnt_o = 1'b1;
  assign offset       = {periph_add_i[7:2], 2'b00};
  assign access       = periph_req_i && $onehot(periph_id_i);
  assign read         = access && periph_wen_i;
  assign write        = access && !periph_wen_i;

  // Bytes that are not enabled are no part of a value.
  assign value         = merge('0, periph_data_i, periph_be_i);
  assign trigger       = write && offset == TRIGGER && periph_be_i[0] && value == '0 && holder_q == periph_id_i;
  assign acquire       = read && offset == ACQUIRE && holder_q == '0 && used_q != '1;
  assign finished_read = read && offset == FINISHED;
  assign clear         = write && offset == SOFT_CLEAR;
  assign clear_all     = clear && value == '0;

  // Job registers
  always_comb begin
    x_addr_d = x_addr_q;
    w_addr_d = w_addr_q;
    z_addr_d = z_addr_q;
    mcfg0_d  = mcfg0_q;
    mcfg1_d  = mcfg1_q;
    macfg_d  = macfg_q;
    if (write && holder_q == periph_id_i) begin
      unique case (offset)
        X_ADDR:  x_addr_d = merge(x_addr_q, periph_data_i, periph_be_i);
        W_ADDR:  w_addr_d = merge(w_addr_q, periph_data_i, periph_be_i);
        Z_ADDR:  z_addr_d = merge(z_addr_q, periph_data_i, periph_be_i);
        MCFG0:   mcfg0_d  = merge(mcfg0_q, periph_data_i, periph_be_i);
        MCFG1:   mcfg1_d  = merge(mcfg1_q, periph_data_i, periph_be_i) & MCFG1_BITS;
        MACFG:   macfg_d  = merge(macfg_q, periph_data_i, periph_be_i) & MACFG_BITS;
        default: ;
      endcase
    end
    if (clear_all) {x_addr_d, w_addr_d, z_addr_d, mcfg0_d, mcfg1_d, macfg_d} = '0;
  end

  // Lock and ids
  always_comb begin
    holder_d  = holder_q;
    job_id_d  = job_id_q;
    next_id_d = next_id_q;
    if (acquire) begin
      holder_d  = periph_id_i;
      job_id_d  = next_id_q;
      next_id_d = next_id_q + 8'd1;
    end
    if (trigger || clear) holder_d = '0;
    if (clear_all) next_id_d = '0;
  end

  // Queue
  assign mixed = macfg_q[16];

  always_comb begin
    used_d = used_q;
    head_d = head_q;
    tail_d = tail_q;
    job_d  = job_q;
    core_d = core_q;
    id_d   = id_q;
    if (job_done_i) begin
      used_d[head_q] = 1'b0;
      head_d         = !head_q;
    end
    if (trigger) begin
      used_d[tail_q] = 1'b1;
      core_d[tail_q] = periph_id_i;
      id_d[tail_q]   = job_id_q;
      job_d[tail_q]  = '{
        x_addr:   x_addr_q,
        w_addr:   w_addr_q,
        z_addr:   z_addr_q,
        m:        mcfg0_q[15:0],
        k:        mcfg0_q[31:16],
        n:        mcfg1_q[15:0],
        op:       op_e'(macfg_q[12:10]),
        x_format: decode_format(macfg_q[9:7]),
        w_format: decode_format(mixed ? macfg_q[19:17] : macfg_q[9:7]),
        z_format: decode_format(mixed ? macfg_q[22:20] : macfg_q[9:7])
      };
      tail_d = !tail_q;
    end
    if (clear) {used_d, head_d, tail_d} = '0;
  end

  assign clear_o     = clear;
  assign job_valid_o = used_q[head_q];
  assign job_o       = job_q[head_q];
  assign job_core_o  = core_q[head_q];
  assign busy_o      = used_q != '0;
  assign running_id  = job_valid_o ? id_q[head_q] : running_id_q;

  // A job that ends in the cycle of the read counts in the next.
  always_comb begin
    finished_d = finished_read ? '0 : finished_q;
    if (job_done_i) finished_d = finished_d + 32'd1;
    if (clear) finished_d = '0;
  end

  // Read data
  logic [31:0] r_data_d;

  always_comb begin
    r_data_d = '0;
    if (read) begin
      unique case (offset)
        ACQUIRE: begin
          if (holder_q == periph_id_i) r_data_d = {24'h0, job_id_q};
          else if (holder_q != '0) r_data_d = LOCKED;
          else if (used_q == '1) r_data_d = FULL;
          else r_data_d = {24'h0, next_id_q};
        end
        FINISHED:    r_data_d = finished_q;
        STATUS:      r_data_d = {23'h0, used_q[1], 7'h0, used_q[0]};
        RUNNING_JOB: r_data_d = {24'h0, running_id};
        X_ADDR:      r_data_d = x_addr_q;
        W_ADDR:      r_data_d = w_addr_q;
        Z_ADDR:      r_data_d = z_addr_q;
        MCFG0:       r_data_d = mcfg0_q;
        MCFG1:       r_data_d = mcfg1_q;
        MACFG:       r_data_d = macfg_q;
        default:     ;
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      periph_r_data_o  <= '0;
      periph_r_valid_o <= 1'b0;
      periph_r_id_o    <= '0;
    end else begin
      periph_r_data_o  <= r_data_d;
      periph_r_valid_o <= periph_req_i;
      periph_r_id_o    <= periph_id_i;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {holder_q, job_id_q, next_id_q} <= '0;
      {used_q, head_q, tail_q}        <= '0;
      {running_id_q, finished_q}      <= '0;
    end else begin
      {holder_q, job_id_q, next_id_q} <= {holder_d, job_id_d, next_id_d};
      {used_q, head_q, tail_q}        <= {used_d, head_d, tail_d};
      {running_id_q, finished_q}      <= {running_id, finished_d};
    end
  end

  // One assignment a register: a bench may write them by their names.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      x_addr_q <= '0;
      w_addr_q <= '0;
      z_addr_q <= '0;
      mcfg0_q  <= '0;
      mcfg1_q  <= '0;
      macfg_q  <= '0;
    end else begin
      x_addr_q <= x_addr_d;
      w_addr_q <= w_addr_d;
      z_addr_q <= z_addr_d;
      mcfg0_q  <= mcfg0_d;
      mcfg1_q  <= mcfg1_d;
      macfg_q  <= macfg_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {job_q, core_q, id_q} <= '0;
    else {job_q, core_q, id_q} <= {job_d, core_d, id_d};
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_holder: assert ($onehot0(holder_q))
      else $error("more than one core holds the lock");
    context_free: assert (holder_q != '0 -> !used_q[tail_q])
      else $error("the lock is held without a free context");
    done_is_expected: assert (job_done_i -> job_valid_o)
      else $error("a job ended that was not running");
  end
`endif

endmodule
