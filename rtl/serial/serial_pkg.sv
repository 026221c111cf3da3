// SPDX-License-Identifier: Apache-2.0
// Types shared by the parts of the serial device.

package serial_pkg;

  // MACFG[12:10]; Z = (X op1 W) op2 Y, contract A1.3.
  typedef enum logic [2:0] {
    MATMUL = 3'd0,
    GEMM   = 3'd1,
    ADDMAX = 3'd2,
    ADDMIN = 3'd3,
    MULMAX = 3'd4,
    MULMIN = 3'd5,
    MAXMIN = 3'd6,
    MINMAX = 3'd7
  } op_e;

  // The format fields of MACFG; the values 4..7 of a field act as FP16.
  typedef enum logic [1:0] {
    E5M2 = 2'd0,
    FP16 = 2'd1,
    E4M3 = 2'd2,
    BF16 = 2'd3
  } format_e;

  function automatic format_e decode_format(logic [2:0] field);
    return field[2] ? FP16 : format_e'(field[1:0]);
  endfunction

  // Bytes of one element in memory.
  function automatic logic [1:0] element_bytes(format_e format);
    return (format == E5M2 || format == E4M3) ? 2'd1 : 2'd2;
  endfunction

  // All that a trigger copies.
  typedef struct packed {
    logic [31:0] x_addr;
    logic [31:0] w_addr;
    logic [31:0] z_addr;
    logic [15:0] m;
    logic [15:0] n;
    logic [15:0] k;
    op_e         op;
    format_e     x_format;
    format_e     w_format;
    format_e     z_format;  // of Y and Z
  } job_t;

  // Meaning of an element that comes back from memory.
  typedef enum logic [1:0] {
    OPERAND_X,
    OPERAND_W,
    OPERAND_Y
  } operand_e;

  // One access to one element.
  typedef struct packed {
    logic        write;
    logic [31:0] addr;     // of the element's first byte, any alignment
    logic [1:0]  bytes;    // 1 or 2
    operand_e    operand;  // returned with the data of a read
    logic [15:0] data;     // of a write
  } access_t;

endpackage
