// SPDX-License-Identifier: Apache-2.0
// DMA between L2 and TCDM, or within one of them: rows of bytes at any address, up to eight transfers queued, done in
// order. Reads run ahead of writes by up to PENDING accesses, so that with an L2 that answers within as many cycles a
// long transfer moves eight bytes a cycle; what it writes over its own source may have been read before or not.
// A transfer starts when the previous one has written its last byte.

module cluster_dma
  import cluster_pkg::*;
  import cluster_dma_pkg::*;
#(
  parameter int unsigned N_CORES    = 8,
  parameter int unsigned TCDM_BYTES = 131072,
  parameter int unsigned L2_BYTES   = 2097152
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  // register access, granted at once
  input  logic                     req_i,
  input  periph_req_t              access_i,
  output logic [31:0]              rdata_o,
  // [core][0]: a transfer of that core has ended; [core][1]: all have
  output logic [N_CORES-1:0][1:0]  evt_o,
  // two ports on the logarithmic branch
  output logic      [1:0]          tcdm_req_o,
  input  logic      [1:0]          tcdm_gnt_i,
  output tcdm_req_t [1:0]          tcdm_access_o,
  input  logic      [1:0]          tcdm_rvalid_i,
  input  logic      [1:0][31:0]    tcdm_rdata_i,
  // L2, answers of reads in order
  output logic                     l2_req_o,
  input  logic                     l2_gnt_i,
  output logic                     l2_we_o,
  output logic [31:0]              l2_add_o,
  output logic [7:0]               l2_be_o,
  output logic [63:0]              l2_wdata_o,
  input  logic                     l2_rvalid_i,
  input  logic [63:0]              l2_rdata_i
);

  localparam int unsigned QUEUE   = 8;
  localparam int unsigned PENDING = 32;

  typedef enum logic [1:0] {IDLE, RUN, DONE} state_e;

  typedef struct packed {
    logic [2:0] offset;
    logic [3:0] count;
  } piece_t;

  state_e    state_q, state_d;
  transfer_t pushed, job;
  logic      push, full, empty, start, done;
  logic [3:0] level;

  cluster_dma_regs #(
    .N_CORES   (N_CORES),
    .TCDM_BYTES(TCDM_BYTES),
    .L2_BYTES  (L2_BYTES)
  ) i_regs (
    .clk_i,
    .rst_ni,
    .req_i,
    .access_i,
    .rdata_o,
    .push_o    (push),
    .transfer_o(pushed),
    .full_i    (full),
    .level_i   (level),
    .done_i    (done)
  );

  // The running transfer stays at the head.
  cluster_fifo #(
    .T    (transfer_t),
    .DEPTH(QUEUE)
  ) i_queue (
    .clk_i,
    .rst_ni,
    .push_i (push),
    .data_i (pushed),
    .pop_i  (done),
    .data_o (job),
    .level_o(level),
    .full_o (full),
    .empty_o(empty)
  );

  // ---- both sides of the transfer
  logic        read_valid, read_done, write_valid, write_done, issue;
  beat_t       read_beat, write_beat;
  logic [63:0] write_data;

  cluster_dma_walker i_read_walker (
    .clk_i,
    .rst_ni,
    .start_i (start),
    .add_i   (job.src),
    .length_i(job.length),
    .stride_i(job.src_stride),
    .rows_i  (job.rows),
    .valid_o (read_valid),
    .beat_o  (read_beat),
    .next_i  (read_done)
  );

  cluster_dma_walker i_write_walker (
    .clk_i,
    .rst_ni,
    .start_i (start),
    .add_i   (job.dst),
    .length_i(job.length),
    .stride_i(job.dst_stride),
    .rows_i  (job.rows),
    .valid_o (write_valid),
    .beat_o  (write_beat),
    .next_i  (write_done)
  );

  // ---- what was asked for and is not yet with the writing side
  logic        asked_full, answer_empty, take, aligned_valid, aligned_ready, answered;
  piece_t      asked;
  logic [63:0] answer, answer_in;
  logic        tcdm_rvalid;
  logic [63:0] tcdm_rdata;

  assign issue     = read_valid && !asked_full;
  assign answered  = tcdm_rvalid || l2_rvalid_i;
  assign answer_in = tcdm_rvalid ? tcdm_rdata : l2_rdata_i;
  assign take      = !answer_empty && aligned_ready;

  cluster_fifo #(
    .T    (piece_t),
    .DEPTH(PENDING)
  ) i_asked (
    .clk_i,
    .rst_ni,
    .push_i (read_done),
    .data_i ('{offset: read_beat.offset, count: read_beat.count}),
    .pop_i  (take),
    .data_o (asked),
    .level_o(),
    .full_o (asked_full),
    .empty_o()
  );

  // Never full: an answer has its place since the question.
  cluster_fifo #(
    .T    (logic [63:0]),
    .DEPTH(PENDING)
  ) i_answers (
    .clk_i,
    .rst_ni,
    .push_i (answered),
    .data_i (answer_in),
    .pop_i  (take),
    .data_o (answer),
    .level_o(),
    .full_o (),
    .empty_o(answer_empty)
  );

  cluster_dma_realigner i_realigner (
    .clk_i,
    .rst_ni,
    .valid_i   (!answer_empty),
    .ready_o   (aligned_ready),
    .data_i    (answer),
    .offset_i  (asked.offset),
    .count_i   (asked.count),
    .offset_w_i(write_beat.offset),
    .count_w_i (write_beat.count),
    .valid_o   (aligned_valid),
    .take_i    (write_done),
    .data_o    (write_data)
  );

  // ---- memories, L2 first from the right
  logic [1:0]       m_read_done, m_write_done, m_req, m_gnt, m_we;
  logic [1:0][31:0] m_add;
  logic [1:0][7:0]  m_be;
  logic [1:0][63:0] m_wdata;
  logic             write;

  assign write      = write_valid && aligned_valid;
  assign read_done  = m_read_done != '0;
  assign write_done = m_write_done != '0;

  for (genvar m = 0; m < 2; m++) begin : gen_memories
    cluster_dma_select i_select (
      .clk_i,
      .rst_ni,
      .read_i      (issue && job.src_l2 == (m == 0)),
      .read_beat_i (read_beat),
      .read_done_o (m_read_done[m]),
      .write_i     (write && job.dst_l2 == (m == 0)),
      .write_beat_i(write_beat),
      .write_data_i(write_data),
      .write_done_o(m_write_done[m]),
      .req_o       (m_req[m]),
      .gnt_i       (m_gnt[m]),
      .we_o        (m_we[m]),
      .add_o       (m_add[m]),
      .be_o        (m_be[m]),
      .wdata_o     (m_wdata[m])
    );
  end

  assign l2_req_o   = m_req[0];
  assign m_gnt[0]   = l2_gnt_i;
  assign l2_we_o    = m_we[0];
  assign l2_add_o   = m_add[0];
  assign l2_be_o    = m_be[0];
  assign l2_wdata_o = m_wdata[0];

  cluster_dma_tcdm #(
    .TCDM_BYTES(TCDM_BYTES)
  ) i_tcdm (
    .clk_i,
    .rst_ni,
    .req_i   (m_req[1]),
    .gnt_o   (m_gnt[1]),
    .we_i    (m_we[1]),
    .add_i   (m_add[1]),
    .be_i    (m_be[1]),
    .wdata_i (m_wdata[1]),
    .rvalid_o(tcdm_rvalid),
    .rdata_o (tcdm_rdata),
    .tcdm_req_o,
    .tcdm_gnt_i,
    .tcdm_access_o,
    .tcdm_rvalid_i,
    .tcdm_rdata_i
  );

  // ---- one transfer after the other
  always_comb begin
    state_d = state_q;
    start   = 1'b0;
    done    = 1'b0;
    unique case (state_q)
      IDLE:
        if (!empty) begin
          start   = job.length != '0 && job.rows != '0;
          state_d = start ? RUN : DONE;
        end
      RUN:
        if (write_done && write_beat.last) state_d = DONE;
      default: begin
        done    = 1'b1;
        state_d = IDLE;
      end
    endcase
    evt_o = '0;
    for (int unsigned c = 0; c < N_CORES; c++) begin
      evt_o[c][0] = done && job.core == 3'(c);
      evt_o[c][1] = done && level == 4'd1 && !push;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else state_q <= state_d;
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    state_is_legal: assert (state_q inside {IDLE, RUN, DONE})
      else $error("a state that is none");
    transfer_while_running: assert (state_q != IDLE -> !empty)
      else $error("a transfer went away before its end");
    transfer_stays: assert ($past(rst_ni && state_q != IDLE && !done) -> state_q != IDLE && $stable(job))
      else $error("a transfer changed while it ran");
    one_memory_reads: assert ($onehot0(m_read_done) && $onehot0(m_write_done))
      else $error("both memories did the same access");
    answers_never_meet: assert (!(tcdm_rvalid && l2_rvalid_i))
      else $error("both memories answer in the same cycle");
    all_read_before_the_end: assert (done -> !read_valid && !write_valid && answer_empty)
      else $error("a transfer ended before all of it was moved");
  end
`endif

endmodule
