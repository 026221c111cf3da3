// SPDX-License-Identifier: Apache-2.0
// FP16 minimum or maximum as in RISC-V, without registers: FPnew's unit with what is never used tied off.

module serial_minmax (
  input  logic                  clk_i,   // FPnew has these ports; without pipeline registers nothing is clocked
  input  logic                  rst_ni,
  input  fpnew_pkg::roundmode_e mode_i,  // RNE: minimum, RTZ: maximum
  input  logic [15:0]           a_i,
  input  logic [15:0]           b_i,
  output logic [15:0]           result_o
);

  fpnew_noncomp #(
    .FpFormat   (fpnew_pkg::FP16),
    .NumPipeRegs(0)
  ) i_noncomp (
    .clk_i,
    .rst_ni,
    .operands_i     ({b_i, a_i}),
    .is_boxed_i     ('1),
    .rnd_mode_i     (mode_i),
    .op_i           (fpnew_pkg::MINMAX),
    .op_mod_i       (1'b0),
    .tag_i          (1'b0),
    .mask_i         (1'b1),
    .aux_i          (1'b0),
    .in_valid_i     (1'b1),
    .in_ready_o     (),
    .flush_i        (1'b0),
    .result_o,
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
    .reg_ena_i      (1'b0)
  );

endmodule
