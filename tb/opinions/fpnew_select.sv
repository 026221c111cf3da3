// SPDX-License-Identifier: Apache-2.0
// FPnew's minimum or maximum of two FP16 numbers, without any register.
module fpnew_select (
    input  logic        clk_i,   // for FPnew's ports; nothing here is clocked
    input  logic        rst_ni,
    input  logic        max_i,   // maximum instead of minimum
    input  logic [15:0] a_i,
    input  logic [15:0] b_i,
    output logic [15:0] z_o
);

  fpnew_noncomp #(
      .FpFormat   (fpnew_pkg::FP16),
      .NumPipeRegs(0)
  ) i_noncomp (
      .clk_i,
      .rst_ni,
      .operands_i     ({b_i, a_i}),
      .is_boxed_i     ('1),
      // The rounding mode chooses among the comparisons: RNE is the minimum, RTZ the maximum.
      .rnd_mode_i     (max_i ? fpnew_pkg::RTZ : fpnew_pkg::RNE),
      .op_i           (fpnew_pkg::MINMAX),
      .op_mod_i       (1'b0),
      .tag_i          (1'b0),
      .mask_i         (1'b0),
      .aux_i          (1'b0),
      .in_valid_i     (1'b1),
      .in_ready_o     (),
      .flush_i        (1'b0),
      .result_o       (z_o),
      .status_o       (),
      .extension_bit_o(),
      .class_mask_o   (),
      .is_class_o     (),
      .tag_o          (),
      .mask_o         (),
      .aux_o          (),
      .out_valid_o    (),
      .out_ready_i    (1'b1),
      .busy_o         (),
      .reg_ena_i      ('0)
  );

endmodule
