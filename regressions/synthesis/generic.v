// SPDX-License-Identifier: Apache-2.0
// The cells of generic.lib for simulation: functions without delays. Flip-flops start with any value.
// verilator lint_off DECLFILENAME
// verilator lint_off MULTITOP

module INV (input wire A, output wire Y);
  assign Y = ~A;
endmodule

module BUF (input wire A, output wire Y);
  assign Y = A;
endmodule

module NAND2 (input wire A, input wire B, output wire Y);
  assign Y = ~(A&B);
endmodule

module NAND3 (input wire A, input wire B, input wire C, output wire Y);
  assign Y = ~(A&B&C);
endmodule

module NAND4 (input wire A, input wire B, input wire C, input wire D, output wire Y);
  assign Y = ~(A&B&C&D);
endmodule

module NOR2 (input wire A, input wire B, output wire Y);
  assign Y = ~(A|B);
endmodule

module NOR3 (input wire A, input wire B, input wire C, output wire Y);
  assign Y = ~(A|B|C);
endmodule

module NOR4 (input wire A, input wire B, input wire C, input wire D, output wire Y);
  assign Y = ~(A|B|C|D);
endmodule

module AND2 (input wire A, input wire B, output wire Y);
  assign Y = (A&B);
endmodule

module OR2 (input wire A, input wire B, output wire Y);
  assign Y = (A|B);
endmodule

module AOI21 (input wire A, input wire B, input wire C, output wire Y);
  assign Y = ~((A&B)|C);
endmodule

module OAI21 (input wire A, input wire B, input wire C, output wire Y);
  assign Y = ~((A|B)&C);
endmodule

module AOI22 (input wire A, input wire B, input wire C, input wire D, output wire Y);
  assign Y = ~((A&B)|(C&D));
endmodule

module OAI22 (input wire A, input wire B, input wire C, input wire D, output wire Y);
  assign Y = ~((A|B)&(C|D));
endmodule

module XOR2 (input wire A, input wire B, output wire Y);
  assign Y = (A^B);
endmodule

module XNOR2 (input wire A, input wire B, output wire Y);
  assign Y = ~(A^B);
endmodule

module MUX2 (input wire A, input wire B, input wire S, output wire Y);
  assign Y = ((A&~S)|(B&S));
endmodule

module DFF (input wire C, input wire D, output reg Q);
  always @(posedge C) Q <= D;
endmodule

module DFFR (input wire C, input wire D, input wire R, output reg Q);
  always @(posedge C or negedge R)
    if (!R) Q <= 1'b0;
    else Q <= D;
endmodule

module DFFS (input wire C, input wire D, input wire S, output reg Q);
  always @(posedge C or negedge S)
    if (!S) Q <= 1'b1;
    else Q <= D;
endmodule
