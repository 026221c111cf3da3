// SPDX-License-Identifier: Apache-2.0
// One step, acc = op2(op1(x, w), acc), in FP16 without any register. Contract A2 holds because FPnew
// rounds each operation once, makes NaN results canonical, and its min and max are those of RISC-V.

module serial_alu
  import serial_pkg::*;
(
  input  logic        clk_i,  // FPnew has these ports; without pipeline registers nothing is clocked
  input  logic        rst_ni,
  input  op_e         op_i,
  input  logic [15:0] x_i,
  input  logic [15:0] w_i,
  input  logic [15:0] acc_i,
  output logic [15:0] acc_o
);

  // FPnew encodes the choice between min and max in the rounding mode.
  localparam fpnew_pkg::roundmode_e MIN = fpnew_pkg::RNE;
  localparam fpnew_pkg::roundmode_e MAX = fpnew_pkg::RTZ;

  fpnew_pkg::operation_e fma_op;
  fpnew_pkg::roundmode_e inner_mode, outer_mode;
  logic [2:0][15:0]      fma_operands;
  logic [15:0]           fma_result, inner_result, outer_result, op1_result;

  // Apart from the choice of results below: a simulator would see a loop through one block.
  always_comb begin
    fma_op       = fpnew_pkg::FMADD;
    fma_operands = {acc_i, w_i, x_i};
    inner_mode   = MIN;
    outer_mode   = MIN;
    unique case (op_i)
      ADDMAX, ADDMIN: begin
        // ADD takes its operands from the places 1 and 2.
        fma_op       = fpnew_pkg::ADD;
        fma_operands = {w_i, x_i, 16'h0};
        outer_mode   = op_i == ADDMAX ? MAX : MIN;
      end
      MULMAX, MULMIN: begin
        // MUL adds -0, so that a zero product keeps its sign.
        fma_op     = fpnew_pkg::MUL;
        outer_mode = op_i == MULMAX ? MAX : MIN;
      end
      MAXMIN, MINMAX: begin
        inner_mode = op_i == MAXMIN ? MAX : MIN;
        outer_mode = op_i == MAXMIN ? MIN : MAX;
      end
      default: ;  // MATMUL, GEMM: the FMA alone
    endcase
  end

  assign op1_result = op_i inside {MAXMIN, MINMAX} ? inner_result : fma_result;
  assign acc_o      = op_i inside {MATMUL, GEMM} ? fma_result : outer_result;

  fpnew_fma #(
    .FpFormat   (fpnew_pkg::FP16),
    .NumPipeRegs(0)
  ) i_fma (
    .clk_i,
    .rst_ni,
    .operands_i     (fma_operands),
    .is_boxed_i     ('1),
    .rnd_mode_i     (fpnew_pkg::RNE),
    .op_i           (fma_op),
    .op_mod_i       (1'b0),
    .tag_i          (1'b0),
    .mask_i         (1'b1),
    .aux_i          (1'b0),
    .in_valid_i     (1'b1),
    .in_ready_o     (),
    .flush_i        (1'b0),
    .result_o       (fma_result),
    .status_o       (),
    .extension_bit_o(),
    .tag_o          (),
    .mask_o         (),
    .aux_o          (),
    .out_valid_o    (),
    .out_ready_i    (1'b1),
    .busy_o         (),
    .reg_ena_i      (1'b0)
  );

  serial_minmax i_inner (
    .clk_i,
    .rst_ni,
    .mode_i  (inner_mode),
    .a_i     (x_i),
    .b_i     (w_i),
    .result_o(inner_result)
  );

  serial_minmax i_outer (
    .clk_i,
    .rst_ni,
    .mode_i  (outer_mode),
    .a_i     (op1_result),
    .b_i     (acc_i),
    .result_o(outer_result)
  );

endmodule
