// SPDX-License-Identifier: Apache-2.0
`ifndef SYNTHESIS_RUN
`error "the lists define SYNTHESIS_RUN"
`endif
`include "cells.vh"
module TIELO (output wire Y); assign Y = `LOW; endmodule
