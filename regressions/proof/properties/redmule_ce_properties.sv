// SPDX-License-Identifier: Apache-2.0
// One step is watched, any of all: P+1 cycles with advance_i later it leaves, as a function of what it came with, however
// long the element was held on the way. The function is that of FPnew's multiply-add without registers, of which
// regressions/proof/arithmetic.toml says what it computes. Its multiplier gives any product, and the function takes the
// one that was there for the watched step. From the P-th cycle behind a reset on: the pipeline is full then.

module redmule_ce_properties
  import redmule_pkg::*;
#(
  parameter int unsigned P = 3
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             advance_i,
  input op_e              op_i,
  input op_e              end_op_i,
  input logic             pass_i,
  input logic [15:0]      x_i,
  input logic [15:0]      w_i,
  input logic [15:0]      acc_i,
  input logic [15:0]      acc_o,
  // registers of the multiply-add: constants that fill it, operands, sum, result
  input logic [8:0]       filled,
  input logic [2:0][15:0] operands,
  input logic [21:0]      multiplied,
  input logic [3:0]       operation,
  input logic [83:0]      sum,
  input logic [15:0]      result,
  input logic [2:0][16:0] tags
);

  logic       watch;  // any value
  logic [2:0] stage_q;  // of the watched step; 0: none
  logic [1:0] cycles_q;
  logic       full;

  op_e         op_q;
  logic        pass_q, fits_q;
  logic [15:0] x_q, w_q, acc_q;
  logic [21:0] multiplied_q;

  assign full = cycles_q == 2'(P);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycles_q <= '0;
      stage_q  <= '0;
      fits_q   <= '0;
      op_q     <= MATMUL;
      {pass_q, x_q, w_q, acc_q, multiplied_q} <= '0;
    end else begin
      if (!full) cycles_q <= cycles_q + 2'd1;
      if (full && advance_i) begin
        if (stage_q == '0 && watch) begin
          stage_q <= 3'd1;
          {op_q, pass_q, x_q, w_q, acc_q} <= {op_i, pass_i, x_i, w_i, acc_i};
        end else if (stage_q != '0) begin
          stage_q <= stage_q == 3'(P + 1) ? '0 : stage_q + 3'd1;
        end
        if (stage_q == 3'd1) multiplied_q <= multiplied;
        fits_q <= end_op_i == op_q;  // as the scheduler has it
      end
    end
  end

  // The step once more, from what it came with.
  logic [15:0]           first, product, product_q, second;
  fpnew_pkg::operation_e fma_op;
  logic                  fused;

  assign fused  = op_q inside {MATMUL, GEMM};
  assign fma_op = fused ? fpnew_pkg::FMADD : op_q inside {MULMAX, MULMIN} ? fpnew_pkg::MUL : fpnew_pkg::ADD;

  redmule_minmax i_first (
    .max_i   (op_q == MAXMIN),
    .a_i     (x_q),
    .b_i     (w_q),
    .result_o(first)
  );

  logic [2:0][15:0] right;
  assign right = fused ? {acc_q, w_q, x_q}
               : op_q inside {MULMAX, MULMIN} ? {16'h8000, w_q, x_q}
               : op_q inside {MAXMIN, MINMAX} ? {16'h8000, first, x_q} : {w_q, x_q, x_q};

  fpnew_fma #(
    .FpFormat   (fpnew_pkg::FP16),
    .NumPipeRegs(0)
  ) i_fma (
    .clk_i,
    .rst_ni,
    .operands_i     (right),
    .is_boxed_i     ('1),
    .rnd_mode_i     (fpnew_pkg::RNE),
    .op_i           (fma_op),
    .op_mod_i       (1'b0),
    .tag_i          (1'b0),
    .mask_i         (1'b0),
    .aux_i          (1'b0),
    .in_valid_i     (1'b1),
    .in_ready_o     (),
    .flush_i        (1'b0),
    .result_o       (product),
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

  redmule_minmax i_second (
    .max_i   (op_q inside {ADDMAX, MULMAX, MINMAX}),
    .a_i     (product_q),
    .b_i     (acc_q),
    .result_o(second)
  );

  // As it is half way, so that a proof compares it with what comes out in one cycle.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                           product_q <= '0;
    else if (stage_q == 3'd2 && advance_i) product_q <= product;
  end

  logic [16:0] tag;
  assign tag = {pass_q, fused && !pass_q ? 16'd0 : acc_q};

  // What is cut is driven again.
  always @(posedge clk_i) takes_that_product: assume (i_fma.product == multiplied_q);

  always @(posedge clk_i) if (rst_ni) begin
    stays_full: assert (!full || filled == {3'b111, 3'b111, 3'b000})
      else $error("the pipeline has a gap, or another rounding mode");
    watches_what_is_full: assert (stage_q == '0 || full && stage_q <= 3'(P + 1))
      else $error("a step is watched that is none");
    takes_its_operands: assert (stage_q != 3'd1 || operands == right && operation == fma_op && tags[0] == tag)
      else $error("a step begins with other operands");
    sums: assert (stage_q != 3'd2 || sum == {
        i_fma.mid_pipe_eff_sub_q[0], i_fma.mid_pipe_exp_prod_q[0], i_fma.mid_pipe_exp_diff_q[0],
        i_fma.mid_pipe_tent_exp_q[0], i_fma.mid_pipe_add_shamt_q[0], i_fma.mid_pipe_sticky_q[0], i_fma.mid_pipe_sum_q[0],
        i_fma.mid_pipe_final_sign_q[0], i_fma.mid_pipe_res_is_spec_q[0], i_fma.mid_pipe_spec_res_q[0]} && tags[1] == tag)
      else $error("half way it is another sum");
    rounds: assert (stage_q != 3'd3 || result == product_q && tags[2] == tag)
      else $error("the multiply-add is another one");
    leaves_as_it_should: assert (
        stage_q != 3'(P + 1) || !fits_q && !pass_q || acc_o == (pass_q ? acc_q : fused ? product_q : second))
      else $error("a step leaves with another result");
  end

endmodule

bind redmule_ce redmule_ce_properties #(.P(P)) i_properties (
  .filled({
      i_fma.inp_pipe_valid_q[1], i_fma.mid_pipe_valid_q[1], i_fma.out_pipe_valid_q[1], i_fma.inp_pipe_is_boxed_q[1],
      i_fma.inp_pipe_op_mod_q[1], i_fma.inp_pipe_rnd_mode_q[1] != fpnew_pkg::RNE,
      i_fma.mid_pipe_rnd_mode_q[1] != fpnew_pkg::RNE}),
  .operands(i_fma.inp_pipe_operands_q[1]),
  .multiplied(i_fma.product),
  .operation(i_fma.inp_pipe_op_q[1]),
  .sum({
      i_fma.mid_pipe_eff_sub_q[1], i_fma.mid_pipe_exp_prod_q[1], i_fma.mid_pipe_exp_diff_q[1], i_fma.mid_pipe_tent_exp_q[1],
      i_fma.mid_pipe_add_shamt_q[1], i_fma.mid_pipe_sticky_q[1], i_fma.mid_pipe_sum_q[1], i_fma.mid_pipe_final_sign_q[1],
      i_fma.mid_pipe_res_is_spec_q[1], i_fma.mid_pipe_spec_res_q[1]}),
  .result(i_fma.result_o),
  .tags({i_fma.out_pipe_tag_q[1], i_fma.mid_pipe_tag_q[1], i_fma.inp_pipe_tag_q[1]}),
  .*
);
