// SPDX-License-Identifier: Apache-2.0
// FPnew's multiply-add in FP16 as the compute element uses it, without registers, so that it is one function of
// its operands: a * b + c, a + b or a * b, by OPERATION.

module proof_fma #(
  parameter int unsigned OPERATION = 0  // 0: multiply-add, 1: add, 2: multiply
) (
  input  logic [15:0] a_i,
  input  logic [15:0] b_i,
  input  logic [15:0] c_i,
  output logic [15:0] result_o
);

  localparam logic [15:0] MINUS_ZERO = 16'h8000;

  localparam fpnew_pkg::operation_e OP =
      OPERATION == 0 ? fpnew_pkg::FMADD : OPERATION == 1 ? fpnew_pkg::ADD : fpnew_pkg::MUL;

  logic [2:0][15:0] operands;
  assign operands = OPERATION == 0 ? {c_i, b_i, a_i} : OPERATION == 1 ? {b_i, a_i, a_i} : {MINUS_ZERO, b_i, a_i};

  fpnew_fma #(
    .FpFormat   (fpnew_pkg::FP16),
    .NumPipeRegs(0)
  ) i_fma (
    .clk_i          (1'b0),
    .rst_ni         (1'b0),
    .operands_i     (operands),
    .is_boxed_i     ('1),
    .rnd_mode_i     (fpnew_pkg::RNE),
    .op_i           (OP),
    .op_mod_i       (1'b0),
    .tag_i          (1'b0),
    .mask_i         (1'b0),
    .aux_i          (1'b0),
    .in_valid_i     (1'b1),
    .in_ready_o     (),
    .flush_i        (1'b0),
    .result_o,
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

endmodule
