// SPDX-License-Identifier: Apache-2.0
// Floating-point unit of a core, in place of the package's wrapper whose name it has: FPnew with FP32, FP16 and
// vectors of two FP16, as the changed constants of cv32e40p_pkg say. No divide and square root: the shipped divider
// refuses FP16. An instruction that divides would wait forever; the build of a program refuses it.

module cv32e40p_fp_wrapper
  import cv32e40p_apu_core_pkg::*;
  import cv32e40p_pkg::*;
#(
  parameter int unsigned FPU_ADDMUL_LAT = 1,  // pipeline registers of add and multiply
  parameter int unsigned FPU_OTHERS_LAT = 1   // and of comparisons and conversions
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           apu_req_i,
  output logic                           apu_gnt_o,
  input  logic [APU_NARGS_CPU-1:0][31:0] apu_operands_i,
  input  logic [APU_WOP_CPU-1:0]         apu_op_i,
  input  logic [APU_NDSFLAGS_CPU-1:0]    apu_flags_i,
  output logic                           apu_rvalid_o,
  output logic [31:0]                    apu_rdata_o,
  output logic [APU_NUSFLAGS_CPU-1:0]    apu_rflags_o
);

  localparam fpnew_pkg::fpu_features_t FEATURES = '{
    Width:         C_FLEN,
    EnableVectors: C_XFVEC,
    EnableNanBox:  1'b0,
    FpFmtMask:     {C_RVF, C_RVD, C_XF16, C_XF8, C_XF16ALT},
    IntFmtMask:    {1'b0, C_XFVEC && C_XF16, 1'b1, 1'b0}
  };

  // registers of FP32, FP64, FP16, FP8, FP16ALT
  localparam fpnew_pkg::fpu_implementation_t IMPLEMENTATION = '{
    PipeRegs: '{
      '{FPU_ADDMUL_LAT, C_LAT_FP64, C_LAT_FP16, C_LAT_FP8, C_LAT_FP16ALT},  // ADDMUL
      '{default: 0},                                                        // DIVSQRT
      '{default: FPU_OTHERS_LAT},                                           // NONCOMP
      '{default: FPU_OTHERS_LAT}                                            // CONV
    },
    UnitTypes: '{
      '{default: fpnew_pkg::MERGED},
      '{default: fpnew_pkg::DISABLED},
      '{default: fpnew_pkg::PARALLEL},
      '{default: fpnew_pkg::MERGED}
    },
    PipeConfig: fpnew_pkg::AFTER
  };

  logic                                  vectorial, op_mod;
  logic [fpnew_pkg::OP_BITS-1:0]         op;
  logic [fpnew_pkg::INT_FORMAT_BITS-1:0] int_fmt;
  logic [fpnew_pkg::FP_FORMAT_BITS-1:0]  src_fmt, dst_fmt;
  logic [C_RM-1:0]                       rnd_mode;

  localparam int unsigned FLAGS = fpnew_pkg::INT_FORMAT_BITS + 2 * fpnew_pkg::FP_FORMAT_BITS + C_RM;

  assign {vectorial, op_mod, op}               = apu_op_i;
  assign {int_fmt, src_fmt, dst_fmt, rnd_mode} = apu_flags_i[FLAGS-1:0];

  fpnew_top #(
    .Features      (FEATURES),
    .Implementation(IMPLEMENTATION),
    .PulpDivsqrt   (1'b0),
    .TagType       (logic)
  ) i_fpnew (
    .clk_i,
    .rst_ni,
    .operands_i    (apu_operands_i),
    .rnd_mode_i    (fpnew_pkg::roundmode_e'(rnd_mode)),
    .op_i          (fpnew_pkg::operation_e'(op)),
    .op_mod_i      (op_mod),
    .src_fmt_i     (fpnew_pkg::fp_format_e'(src_fmt)),
    .dst_fmt_i     (fpnew_pkg::fp_format_e'(dst_fmt)),
    .int_fmt_i     (fpnew_pkg::int_format_e'(int_fmt)),
    .vectorial_op_i(vectorial),
    .tag_i         (1'b0),
    .simd_mask_i   ('0),
    .in_valid_i    (apu_req_i),
    .in_ready_o    (apu_gnt_o),
    .flush_i       (1'b0),
    .result_o      (apu_rdata_o),
    .status_o      (apu_rflags_o),
    .tag_o         (),
    .out_valid_o   (apu_rvalid_o),
    .out_ready_i   (1'b1),
    .busy_o        ()
  );

endmodule
