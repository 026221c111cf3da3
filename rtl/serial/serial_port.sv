// SPDX-License-Identifier: Apache-2.0
// Accesses to single elements, one after the other, on the wide TCDM port.
//
// An access is taken with valid_i and ready_o, raised in the next cycle and held in registers until it is granted
// (RQ-3, RQ-4). All tcdm outputs come from these registers, so none depends on gnt, r_data or r_valid.
// clear_i refuses the access offered in the same cycle; one already raised stays, and its response is dropped.

module serial_port
  import serial_pkg::*;
#(
  parameter int unsigned DW = 256,  // payload bits of the port, a multiple of 32; the port has 32 more
  localparam int unsigned PW = DW + 32
) (
  input  logic            clk_i,
  input  logic            rst_ni,
  input  logic            clear_i,
  // the next access
  input  logic            valid_i,
  output logic            ready_o,
  input  access_t         access_i,
  // the element that was read, bits above its size zero
  output logic            rvalid_o,
  output operand_e        roperand_o,
  output logic [15:0]     rdata_o,
  // a request is raised
  output logic            raised_o,
  // a response is expected in this cycle
  output logic            expecting_o,
  // TCDM port
  output logic            tcdm_req_o,
  input  logic            tcdm_gnt_i,
  output logic [31:0]     tcdm_add_o,
  output logic            tcdm_wen_o,
  output logic [PW/8-1:0] tcdm_be_o,
  output logic [PW-1:0]   tcdm_data_o,
  input  logic [PW-1:0]   tcdm_r_data_i,
  input  logic            tcdm_r_valid_i
);

  if (DW < 32 || DW % 32 != 0) begin : gen_bad_width
    $fatal(1, "serial_port: DW must be a multiple of 32 and at least 32");
  end

  function automatic logic [1:0] byte_mask(logic [1:0] bytes);
    return bytes == 2'd1 ? 2'b01 : 2'b11;
  endfunction

  logic    req_q, req_d;
  access_t access_q;
  logic    stale_q, stale_d;  // the raised request belongs to a cleared job
  logic    take, granted;

  logic       expect_q, expect_d;  // a response comes in this cycle, and is wanted
  operand_e   resp_operand_q;
  logic [1:0] resp_lane_q;  // the element's first byte within the port
  logic [1:0] resp_mask_q;
  logic [1:0] resp_mask;

  // Requests
  assign granted = req_q && tcdm_gnt_i;
  assign ready_o = !req_q || tcdm_gnt_i;
  assign take    = valid_i && ready_o && !clear_i;

  always_comb begin
    req_d    = take || (req_q && !granted);
    stale_d  = req_q && !granted && (stale_q || clear_i);
    // A write may be answered or not, so only reads count.
    expect_d = granted && !access_q.write && !stale_q && !clear_i;
  end

  // An element of two bytes starts in the first word of the port and may end in the second.
  always_comb begin
    tcdm_req_o  = req_q;
    tcdm_add_o  = {access_q.addr[31:2], 2'b00};
    tcdm_wen_o  = !access_q.write;
    tcdm_be_o   = '1;
    tcdm_data_o = '0;
    if (access_q.write) begin
      tcdm_be_o   = (PW / 8)'(byte_mask(access_q.bytes)) << access_q.addr[1:0];
      tcdm_data_o = PW'(access_q.data) << {access_q.addr[1:0], 3'b000};
    end
  end

  // Responses
  assign resp_mask   = byte_mask(access_q.bytes);
  assign expecting_o = expect_q;
  assign raised_o    = req_q;
  assign rvalid_o    = expect_q && tcdm_r_valid_i;
  assign roperand_o  = resp_operand_q;
  assign rdata_o     = tcdm_r_data_i[$clog2(PW)'({resp_lane_q, 3'b000}) +: 16] &
                       {{8{resp_mask_q[1]}}, {8{resp_mask_q[0]}}};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      req_q    <= 1'b0;
      stale_q  <= 1'b0;
      expect_q <= 1'b0;
    end else begin
      req_q    <= req_d;
      stale_q  <= stale_d;
      expect_q <= expect_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) access_q <= '{operand: OPERAND_X, default: '0};
    else if (take) access_q <= access_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      resp_operand_q <= OPERAND_X;
      resp_lane_q    <= '0;
      resp_mask_q    <= '0;
    end else if (granted) begin
      resp_operand_q <= access_q.operand;
      resp_lane_q    <= access_q.addr[1:0];
      resp_mask_q    <= resp_mask;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    held_until_granted: assert ($past(rst_ni && tcdm_req_o && !tcdm_gnt_i)
        -> tcdm_req_o && $stable({tcdm_add_o, tcdm_wen_o, tcdm_be_o, tcdm_data_o}))
      else $error("a request changed before its grant (contract A4.6, A4.7)");
    element_size: assert (valid_i -> access_i.bytes == 2'd1 || access_i.bytes == 2'd2)
      else $error("an element has one or two bytes");
    // A warning: whoever drives the port decides whether breaking this is an error.
    response_in_time: assert (expect_q -> tcdm_r_valid_i)
      else $warning("no response in the cycle after the grant of a read (contract A4.5)");
  end
`endif

endmodule
