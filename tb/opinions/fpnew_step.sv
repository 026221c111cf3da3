// SPDX-License-Identifier: Apache-2.0
// FPnew alone: one step of a GEMM-Op in FP16, acc <- op2(op1(x, w), acc), without any register (contract A1.3).
//
// A second opinion on results, from the installed package and with nothing of the device around it: every
// operation, also minimum and maximum, is FPnew's own.
module fpnew_step (
    input  logic        clk_i,   // for FPnew's ports; nothing here is clocked
    input  logic        rst_ni,
    input  logic [2:0]  op_i,    // as in MACFG
    input  logic [15:0] x_i,
    input  logic [15:0] w_i,
    input  logic [15:0] acc_i,
    output logic [15:0] acc_o
);

  localparam logic [2:0] ADDMAX = 3'd2, ADDMIN = 3'd3, MULMAX = 3'd4, MULMIN = 3'd5, MAXMIN = 3'd6, MINMAX = 3'd7;

  fpnew_pkg::operation_e arithmetic;
  logic [2:0][15:0] operands;
  logic [15:0] computed, compared, selected;

  always_comb begin
    // FPnew's operands: a * b + c; an addition is b + c.
    arithmetic = fpnew_pkg::FMADD;
    operands   = {acc_i, w_i, x_i};
    if (op_i inside {ADDMAX, ADDMIN}) begin
      arithmetic = fpnew_pkg::ADD;
      operands   = {w_i, x_i, x_i};
    end else if (op_i inside {MULMAX, MULMIN}) begin
      arithmetic = fpnew_pkg::MUL;
    end
  end

  fpnew_fma #(
      .FpFormat   (fpnew_pkg::FP16),
      .NumPipeRegs(0)
  ) i_arithmetic (
      .clk_i,
      .rst_ni,
      .operands_i     (operands),
      .is_boxed_i     ('1),
      .rnd_mode_i     (fpnew_pkg::RNE),
      .op_i           (arithmetic),
      .op_mod_i       (1'b0),
      .tag_i          (1'b0),
      .mask_i         (1'b0),
      .aux_i          (1'b0),
      .in_valid_i     (1'b1),
      .in_ready_o     (),
      .flush_i        (1'b0),
      .result_o       (computed),
      .status_o       (),
      .extension_bit_o(),
      .tag_o          (),
      .mask_o         (),
      .aux_o          (),
      .out_valid_o    (),
      .out_ready_i    (1'b1),
      .busy_o         (),
      .reg_ena_i      ('0)
  );

  fpnew_select i_op1 (
      .clk_i,
      .rst_ni,
      .max_i(op_i == MAXMIN),
      .a_i  (x_i),
      .b_i  (w_i),
      .z_o  (compared)
  );

  fpnew_select i_op2 (
      .clk_i,
      .rst_ni,
      .max_i(op_i inside {ADDMAX, MULMAX, MINMAX}),
      .a_i  (op_i inside {MAXMIN, MINMAX} ? compared : computed),
      .b_i  (acc_i),
      .z_o  (selected)
  );

  assign acc_o = op_i < ADDMAX ? computed : selected;

endmodule
