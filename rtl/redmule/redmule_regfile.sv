// SPDX-License-Identifier: Apache-2.0
// The register port: decodes accesses, holds the programming set, answers one cycle after the grant (contract A5).
// Every access is granted at once. What an access does to locks and contexts is decided by redmule_queue.

module redmule_regfile
  import redmule_pkg::*;
#(
  parameter int unsigned FT = 0  // fault tolerance: 0 none, 1 of the data path
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // register port
  input  logic        periph_req_i,
  output logic        periph_gnt_o,
  input  logic [31:0] periph_add_i,
  input  logic        periph_wen_i,
  input  logic [3:0]  periph_be_i,
  input  logic [31:0] periph_data_i,
  input  logic [7:0]  periph_id_i,
  output logic [31:0] periph_r_data_o,
  output logic        periph_r_valid_o,
  output logic [7:0]  periph_r_id_o,
  // commands, valid in the cycle of the grant
  output logic [7:0]  core_o,           // who accesses, one-hot
  output logic        acquire_o,
  output logic        trigger_o,
  output logic        finished_read_o,
  output logic        faults_read_o,
  output logic        clear_o,          // soft clear
  output logic        clear_all_o,      // with the programming set and the ids
  // state that can be read
  input  logic        holder_i,         // core_o holds the lock
  input  logic [31:0] acquire_data_i,
  input  logic [31:0] finished_i,
  input  logic [31:0] status_i,
  input  logic [31:0] running_i,
  input  logic [31:0] faults_i,
  // the programming set
  output job_t        job_o,
  output logic        paired_o          // it runs in fault-tolerant mode
);

  localparam logic [5:0] TRIGGER     = 6'h00;
  localparam logic [5:0] ACQUIRE     = 6'h01;
  localparam logic [5:0] FINISHED    = 6'h02;
  localparam logic [5:0] STATUS      = 6'h03;
  localparam logic [5:0] RUNNING_JOB = 6'h04;
  localparam logic [5:0] SOFT_CLEAR  = 6'h05;
  localparam logic [5:0] FAULTS      = 6'h06;
  localparam logic [5:0] X_ADDR      = 6'h10;
  localparam logic [5:0] MACFG       = 6'h15;

  // Job registers X_ADDR .. MACFG as they read, and the bits each of them has.
  localparam int unsigned JOB_REGS = 6;
  localparam logic [31:0] MACFG_MASK = FT != 0 ? 32'h017F_1F80 : 32'h007F_1F80;
  localparam logic [JOB_REGS-1:0][31:0] JOB_MASK =
      {MACFG_MASK, 32'h0000_FFFF, 32'hFFFF_FFFF, 32'hFFFF_FFFF, 32'hFFFF_FFFF, 32'hFFFF_FFFF};

  logic [JOB_REGS-1:0][31:0] regs_q, regs_d;
  // the answer
  logic [31:0] r_data_q;
  logic        r_valid_q;
  logic [7:0]  r_id_q;
  logic [5:0]  index;
  logic [2:0]  job_index;
  logic        is_job_reg, legal, read, write;
  logic [31:0] be_mask, wdata, rdata;

  assign periph_gnt_o = 1'b1;

  assign index      = periph_add_i[7:2];
  assign is_job_reg = index >= X_ADDR && index <= MACFG;
  assign job_index  = 3'(index - X_ADDR);
  assign core_o     = periph_id_i;
  // exactly one core
  assign legal      = periph_req_i && periph_id_i != '0 && (periph_id_i & (periph_id_i - 8'd1)) == '0;
  assign read       = legal && periph_wen_i;
  assign write      = legal && !periph_wen_i;
  assign be_mask    = {{8{periph_be_i[3]}}, {8{periph_be_i[2]}}, {8{periph_be_i[1]}}, {8{periph_be_i[0]}}};
  assign wdata      = periph_data_i & be_mask;

  assign acquire_o       = read && index == ACQUIRE;
  assign finished_read_o = read && index == FINISHED;
  assign faults_read_o   = FT != 0 && read && index == FAULTS;
  assign trigger_o       = write && index == TRIGGER && periph_be_i[0] && wdata == '0 && holder_i;
  assign clear_o         = write && index == SOFT_CLEAR;
  assign clear_all_o     = clear_o && wdata == '0;

  always_comb begin
    rdata = '0;
    unique case (index)
      ACQUIRE:     rdata = acquire_data_i;
      FINISHED:    rdata = finished_i;
      STATUS:      rdata = status_i;
      RUNNING_JOB: rdata = running_i;
      default:     if (is_job_reg) rdata = regs_q[job_index];
    endcase
    if (FT != 0 && index == FAULTS) rdata = faults_i;
  end

  always_comb begin
    regs_d = regs_q;
    if (clear_all_o) begin
      regs_d = '0;
    end else if (write && is_job_reg && holder_i) begin
      regs_d[job_index] = ((regs_q[job_index] & ~be_mask) | wdata) & JOB_MASK[job_index];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      regs_q    <= '0;
      r_valid_q <= 1'b0;
      r_id_q    <= '0;
      r_data_q  <= '0;
    end else begin
      regs_q    <= regs_d;
      r_valid_q <= periph_req_i;
      r_id_q    <= periph_id_i;
      r_data_q  <= read ? rdata : '0;
    end
  end

  assign periph_r_valid_o = r_valid_q;
  assign periph_r_id_o    = r_id_q;
  assign periph_r_data_o  = r_data_q;

  // formats 4..7 act as FP16
  function automatic fmt_e decode_fmt(logic [2:0] field);
    return field[2] ? FP16 : fmt_e'(field[1:0]);
  endfunction

  // W, and Y and Z, have formats of their own instead of X's
  logic mixed;
  assign mixed = regs_q[5][16];

  assign paired_o = FT != 0 && regs_q[5][24];

  assign job_o = '{
    op:     op_e'(regs_q[5][12:10]),
    x_fmt:  decode_fmt(regs_q[5][9:7]),
    w_fmt:  decode_fmt(mixed ? regs_q[5][19:17] : regs_q[5][9:7]),
    z_fmt:  decode_fmt(mixed ? regs_q[5][22:20] : regs_q[5][9:7]),
    x_addr: regs_q[0],
    w_addr: regs_q[1],
    z_addr: regs_q[2],
    m:      regs_q[3][15:0],
    k:      regs_q[3][31:16],
    n:      regs_q[4][15:0]
  };

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    one_command: assert ($onehot0({acquire_o, trigger_o, finished_read_o, faults_read_o, clear_o}))
      else $error("one access is several commands");
    commands_of_one_core: assert (
        acquire_o || trigger_o || finished_read_o || clear_o -> periph_req_i && $onehot(periph_id_i))
      else $error("a command of no core, or of several (contract A5.12)");
    holder_programs: assert ($past(rst_ni && !holder_i && !clear_all_o) -> $stable(regs_q))
      else $error("a core without the lock changed a job register (contract A5.9)");
    spare_bits_are_zero: assert ((regs_q & ~JOB_MASK) == '0)
      else $error("a spare bit was written (contract A5.11)");
    answered_in_the_next_cycle: assert ($past(rst_ni) -> periph_r_valid_o == $past(periph_req_i && periph_gnt_o)
        && (periph_r_valid_o -> periph_r_id_o == $past(periph_id_i)))
      else $error("an access is not answered one cycle after its grant, or with another id (contract A4.11)");
  end
`endif

endmodule
