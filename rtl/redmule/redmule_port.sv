// SPDX-License-Identifier: Apache-2.0
// The TCDM port: one request register, from which all outputs come, so that nothing depends on the grant within a
// cycle and a raised request holds (RQ-3, RQ-4); byte alignment of stores and loads. A beat is taken whenever the
// register is empty or is granted, so a port that is granted every cycle is used every cycle.

module redmule_port
  import redmule_pkg::*;
#(
  parameter int unsigned DW = 256,  // payload bits; the port has 32 more
  parameter int unsigned FT = 0     // fault tolerance: 0 none, 1 of the data path, 2 full
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                clear_i,
  input  logic                drop_i,       // full level: no request stays raised, granted or not
  input  logic                again_i,      // drop what was read for tiles that begin again; ready_o, and no beat
  // beats
  input  logic                valid_i,
  output logic                ready_o,
  input  logic                write_i,
  input  logic [31:0]         addr_i,       // first byte
  input  logic [15:0]         bytes_i,      // of a write, from the first byte
  input  logic [DW-1:0]       data_i,
  input  logic                job_last_i,   // the job's last write
  input  dest_t               dest_i,       // of a read
  // answers of reads
  output logic                r_valid_o,
  output dest_t               r_dest_o,
  output logic [DW-1:0]       r_data_o,     // from the first byte on
  // status
  output logic                last_write_o, // the job's last write is granted in this cycle
  output logic                held_o,       // a request of a cleared job waits for its grant
  // TCDM
  output logic                tcdm_req_o,
  input  logic                tcdm_gnt_i,
  output logic [31:0]         tcdm_add_o,
  output logic                tcdm_wen_o,
  output logic [DW/8+3:0]     tcdm_be_o,
  output logic [DW+31:0]      tcdm_data_o,
  input  logic [DW+31:0]      tcdm_r_data_i,
  input  logic                tcdm_r_valid_i
);

  localparam int unsigned BYTES = DW / 8 + 4;

  typedef struct packed {
    logic             wen;
    logic [31:0]      addr;
    logic [BYTES-1:0] be;
    logic             job_last;
    logic [1:0]       offset;
    dest_t            dest;
  } request_t;

  request_t         request_d, request_q;
  logic [DW+31:0]   data_q;
  logic             req_q, req_d, held_q, held_d, granted, take;
  logic             r_pending_q;
  dest_t            r_dest_q;
  logic [1:0]       r_offset_q;

  assign granted = req_q && tcdm_gnt_i;
  assign ready_o = (!req_q || tcdm_gnt_i) && !held_q;
  assign take    = valid_i && ready_o && !clear_i;

  always_comb begin
    req_d  = req_q;
    held_d = held_q;
    if (granted) begin
      req_d  = 1'b0;
      held_d = 1'b0;
    end
    if (clear_i) held_d = req_d;
    if (take) req_d = 1'b1;
    if (FT == 2 && drop_i) begin
      req_d  = 1'b0;
      held_d = 1'b0;
    end
  end

  always_comb begin
    request_d.wen      = !write_i;
    request_d.addr     = {addr_i[31:2], 2'b00};
    request_d.offset   = addr_i[1:0];
    request_d.job_last = write_i && job_last_i;
    request_d.dest     = dest_i;
    for (int unsigned b = 0; b < BYTES; b++) begin
      request_d.be[b] = !write_i
          || (b >= 32'(addr_i[1:0]) && b < DW / 8 + 32'(addr_i[1:0]) && b < 32'(addr_i[1:0]) + 32'(bytes_i));
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      req_q  <= 1'b0;
      held_q <= 1'b0;
    end else begin
      req_q  <= req_d;
      held_q <= held_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   request_q <= '0;
    else if (take) request_q <= request_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)              data_q <= '0;
    else if (take && write_i) data_q <= {32'd0, data_i} << {addr_i[1:0], 3'd0};
  end

  // the answer comes in the cycle after the grant; those of cleared jobs are dropped
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      r_pending_q <= 1'b0;
      r_dest_q    <= '0;
      r_offset_q  <= '0;
    end else begin
      r_pending_q <= granted && request_q.wen && !held_q && !clear_i && !(FT != 0 && again_i);
      r_dest_q    <= request_q.dest;
      r_offset_q  <= request_q.offset;
    end
  end

  assign r_valid_o = r_pending_q && tcdm_r_valid_i;
  assign r_dest_o  = r_dest_q;
  assign r_data_o  = DW'(tcdm_r_data_i >> {r_offset_q, 3'd0});

  assign last_write_o = granted && request_q.job_last && !held_q;
  assign held_o       = held_q;

  assign tcdm_req_o  = req_q;
  assign tcdm_add_o  = request_q.addr;
  assign tcdm_wen_o  = request_q.wen;
  assign tcdm_be_o   = request_q.be;
  assign tcdm_data_o = data_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    held_until_granted: assert ($past(rst_ni && tcdm_req_o && !tcdm_gnt_i && !(FT == 2 && drop_i))
        -> tcdm_req_o && $stable({tcdm_add_o, tcdm_wen_o, tcdm_be_o}))
      else $error("a request changed before its grant (contract A4.6, A4.7)");
    // Data too: they change with a beat alone, and comparing all their bits in every cycle would be slow.
    overwrites_nothing: assert (take -> !tcdm_req_o || tcdm_gnt_i)
      else $error("a beat took the place of a request that waits (contract A4.6)");
    reads_whole: assert (tcdm_req_o && tcdm_wen_o -> tcdm_be_o == '1)
      else $error("a read without all byte enables (contract A4.1)");
    writes_something: assert (tcdm_req_o && !tcdm_wen_o -> tcdm_be_o != '0)
      else $error("a write of no byte");
    fits_the_port: assert (valid_i && write_i -> bytes_i != '0 && bytes_i <= 16'(DW / 8))
      else $error("a store of no byte, or of more than the port takes");
    nothing_behind_again: assert (FT != 0 && again_i -> ready_o && !take)
      else $error("a request is out, or a beat taken, of tiles that begin again");
    nothing_behind_clear: assert ($past(rst_ni && clear_i && (!tcdm_req_o || tcdm_gnt_i)) -> !tcdm_req_o)
      else $error("a request of a cleared job was raised (contract A7.8)");
    held_is_raised: assert (held_o -> tcdm_req_o && !ready_o)
      else $error("held without a request, or with a beat taken behind it");
    answer_of_a_read: assert (r_valid_o -> $past(tcdm_req_o && tcdm_gnt_i && tcdm_wen_o && !held_o && !clear_i))
      else $error("an answer that is not of the read granted in the cycle before");
    last_is_a_store: assert (last_write_o -> tcdm_req_o && tcdm_gnt_i && !tcdm_wen_o && !held_o)
      else $error("the last write is none that is granted");
  end
`endif

endmodule
