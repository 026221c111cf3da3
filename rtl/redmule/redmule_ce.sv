// SPDX-License-Identifier: Apache-2.0
// A compute element: one step of a GEMM-Op, acc <- op2(op1(x, w), acc), in P+1 cycles (contract A1.3). The FMA with its
// P registers does the arithmetic, then comes min or max, then one register. All registers move by one enable: FPnew's
// pipeline would close gaps while it waits, so it is kept full (in_valid high) and held by its output handshake.
// What an operation does not use gets zeros, and stands still: min and max, and the sum beside the FMA.

module redmule_ce
  import redmule_pkg::*;
#(
  parameter int unsigned P = 3  // pipeline registers of the FMA, at least 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        advance_i,
  input  op_e         op_i,      // of the step that begins
  input  op_e         end_op_i,  // of the step that leaves the FMA, P steps before
  input  logic        pass_i,    // no step: acc leaves as it came, bit for bit
  input  logic [15:0] x_i,
  input  logic [15:0] w_i,
  input  logic [15:0] acc_i,
  output logic [15:0] acc_o
);

  localparam logic [15:0] MINUS_ZERO = 16'h8000;

  // Travels through the FMA's registers beside the operation.
  typedef struct packed {
    logic        pass;
    logic [15:0] acc;
  } tag_t;

  logic                  op1_max, op2_max, compares, fused;
  fpnew_pkg::operation_e fma_op;
  logic [2:0][15:0]      operands;
  logic [15:0]           compared, beside, product, selected;
  tag_t                  tag;

  always_comb begin
    op1_max  = op_i == MAXMIN;
    fma_op   = fpnew_pkg::ADD;
    operands = {w_i, x_i, x_i};
    unique case (op_i)
      ADDMAX, ADDMIN: ;
      MULMAX, MULMIN: begin
        fma_op   = fpnew_pkg::MUL;
        operands = {MINUS_ZERO, w_i, x_i};
      end
      MAXMIN, MINMAX: operands = {MINUS_ZERO, compared, x_i};  // adding -0 changes nothing
      default: begin  // MATMUL, GEMM
        fma_op   = fpnew_pkg::FMADD;
        operands = {acc_i, w_i, x_i};
      end
    endcase
  end

  assign compares = op_i inside {MAXMIN, MINMAX};
  assign beside   = (op_i inside {MATMUL, GEMM} && !pass_i) ? '0 : acc_i;

  assign fused   = end_op_i inside {MATMUL, GEMM};
  assign op2_max = end_op_i inside {ADDMAX, MULMAX, MINMAX};

  redmule_minmax i_op1 (
    .max_i   (op1_max),
    .a_i     (x_i),
    .b_i     (compares ? w_i : '0),
    .result_o(compared)
  );

  fpnew_fma #(
    .FpFormat   (fpnew_pkg::FP16),
    .NumPipeRegs(P),
    .PipeConfig (fpnew_pkg::DISTRIBUTED),
    .TagType    (tag_t)
  ) i_fma (
    .clk_i,
    .rst_ni,
    .operands_i     (operands),
    .is_boxed_i     ('1),
    .rnd_mode_i     (fpnew_pkg::RNE),
    .op_i           (fma_op),
    .op_mod_i       (1'b0),
    .tag_i          ({pass_i, beside}),
    .mask_i         (1'b0),
    .aux_i          (1'b0),
    .in_valid_i     (1'b1),
    .in_ready_o     (),
    .flush_i        (1'b0),
    .result_o       (product),
    .status_o       (),
    .extension_bit_o(),
    .tag_o          (tag),
    .mask_o         (),
    .aux_o          (),
    .out_valid_o    (),
    .out_ready_i    (advance_i),
    .busy_o         (),
    .reg_ena_i      ('0)
  );

  redmule_minmax i_op2 (
    .max_i   (op2_max),
    .a_i     (fused ? '0 : product),
    .b_i     (tag.acc),
    .result_o(selected)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        acc_o <= '0;
    else if (advance_i) acc_o <= tag.pass ? tag.acc : fused ? product : selected;
  end

endmodule
