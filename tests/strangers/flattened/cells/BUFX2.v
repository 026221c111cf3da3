// SPDX-License-Identifier: Apache-2.0
module BUFX2 (input wire A, output wire Y); assign Y = A; endmodule
