// SPDX-License-Identifier: Apache-2.0
// DMA, registers (rtl/cluster/dma.rdl). Each core has a programming set of its own, so that nobody needs a lock;
// reading START queues what the reading core has programmed.

module cluster_dma_regs
  import cluster_pkg::*;
  import cluster_dma_pkg::*;
#(
  parameter int unsigned N_CORES    = 8,
  parameter int unsigned TCDM_BYTES = 131072,
  parameter int unsigned L2_BYTES   = 2097152
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // register access, granted at once
  input  logic        req_i,
  input  periph_req_t access_i,
  output logic [31:0] rdata_o,
  // transfers
  output logic        push_o,
  output transfer_t   transfer_o,
  input  logic        full_i,
  input  logic [3:0]  level_i,  // transfers queued or running
  input  logic        done_i    // one has ended
);

  localparam logic [3:0] SRC        = 4'h0;
  localparam logic [3:0] DST        = 4'h1;
  localparam logic [3:0] LENGTH     = 4'h2;
  localparam logic [3:0] SRC_STRIDE = 4'h3;
  localparam logic [3:0] DST_STRIDE = 4'h4;
  localparam logic [3:0] ROWS       = 4'h5;
  localparam logic [3:0] START      = 4'h6;
  localparam logic [3:0] STATUS     = 4'h7;
  localparam logic [3:0] DONE       = 4'h8;

  localparam logic [31:0] FULL      = 32'hFFFF_FFFF;  // answers of START
  localparam logic [31:0] REFUSED   = 32'hFFFF_FFFE;

  localparam int unsigned SETS = 6;
  localparam int unsigned TS   = $clog2(TCDM_BYTES);
  localparam int unsigned LS   = $clog2(L2_BYTES);
  localparam int unsigned CW   = N_CORES > 1 ? $clog2(N_CORES) : 1;

  logic [N_CORES-1:0][SETS-1:0][31:0] sets_q;
  logic [SETS-1:0][31:0]              set;
  logic [3:0]  index;
  logic [CW-1:0] core;
  logic        low, legal, start, in_range;
  logic [31:0] mask, rdata, rdata_q;
  logic [7:0]  started_q, done_q;

  assign low   = access_i.add[10:6] == '0;
  assign index = access_i.add[5:2];
  assign mask  = byte_mask(access_i.be);
  assign set   = sets_q[core];

  // The core of a one-hot id; an access from outside reads 0 and changes nothing.
  always_comb begin
    core  = '0;
    legal = 1'b0;
    for (int unsigned c = 0; c < N_CORES; c++) begin
      if (access_i.id == 8'd1 << c) begin
        core  = CW'(c);
        legal = req_i && low;
      end
    end
  end

  always_comb begin
    transfer_o = '{
      src:        set[SRC],
      dst:        set[DST],
      length:     set[LENGTH],
      src_stride: set[SRC_STRIDE],
      dst_stride: set[DST_STRIDE],
      rows:       set[ROWS],
      src_l2:     set[SRC][31:LS] == L2_BASE[31:LS],
      dst_l2:     set[DST][31:LS] == L2_BASE[31:LS],
      core:       3'(core)
    };
    in_range = (transfer_o.src_l2 || set[SRC][31:TS] == TCDM_BASE[31:TS]) &&
               (transfer_o.dst_l2 || set[DST][31:TS] == TCDM_BASE[31:TS]);
    start    = legal && !access_i.we && index == START;
    push_o   = start && in_range && !full_i;
  end

  always_comb begin
    rdata = '0;
    unique case (index)
      START:   rdata = !in_range ? REFUSED : full_i ? FULL : 32'(started_q);
      STATUS:  rdata = 32'(level_i);
      DONE:    rdata = 32'(done_q);
      default: if (32'(index) < SETS) rdata = set[index[2:0]];
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sets_q    <= '0;
      started_q <= '0;
      done_q    <= '0;
      rdata_q   <= '0;
    end else begin
      started_q <= started_q + 8'(push_o);
      done_q    <= done_q + 8'(done_i);
      if (req_i) rdata_q <= legal && !access_i.we ? rdata : '0;
      if (legal && access_i.we && 32'(index) < SETS) begin
        sets_q[core][index[2:0]] <= (set[index[2:0]] & ~mask) | (access_i.wdata & mask);
      end
    end
  end

  assign rdata_o = rdata_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    push_has_room: assert (push_o -> !full_i && legal && !access_i.we)
      else $error("a transfer is queued without room, or by no read of a core");
    level_in_range: assert (level_i <= 4'd8 && (done_i -> level_i != '0))
      else $error("more transfers than the queue has, or one ended that was not there");
    counts_add_up: assert (level_i == 4'(started_q - done_q))
      else $error("transfers got lost");
  end
`endif

endmodule
