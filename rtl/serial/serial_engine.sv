// SPDX-License-Identifier: Apache-2.0
// The three loops of a job, as contract A1.2 states them:
//
//   for m, for k:  acc = Y[m,k], or +0 for MATMUL
//                  for n:  acc = op2(op1(X[m,n], W[n,k]), acc)
//                  Z[m,k] = acc
//
// A state stands for one access, and is left when the port takes it; what a read brings arrives later, in order, and is
// used when it arrives. So X and W are read in alternation, one access a cycle, while STORE waits for the last step.
//
//   state  | access | left when           | to
//   -------+--------+---------------------+-------------------------------------------------------------------------
//   IDLE   | -      | a job is queued and | DONE if M = 0 or K = 0, else the first of LOAD_Y (not MATMUL), LOAD_X
//          |        | no request waits    | (N > 0), STORE
//   LOAD_Y | Y[m,k] | taken               | LOAD_X (N > 0), STORE
//   LOAD_X | X[m,n] | taken               | LOAD_W
//   LOAD_W | W[n,k] | taken               | LOAD_X with the next n, or STORE
//   STORE  | Z[m,k] | acc final and taken | as from IDLE with the next k or m, or DRAIN
//   DRAIN  | -      | write granted       | DONE
//   DONE   | -      | always; the event   | IDLE

module serial_engine
  import serial_pkg::*;
(
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,     // stop, forget the job
  // the oldest job that has not ended, stable until done_o
  input  logic        job_valid_i,
  input  job_t        job_i,
  output logic        done_o,      // the job's event
  // accesses, see serial_port
  output logic        valid_o,
  input  logic        ready_i,
  output access_t     access_o,
  input  logic        rvalid_i,
  input  operand_e    roperand_i,
  input  logic [15:0] rdata_i,
  input  logic        in_flight_i  // a request is raised or a response due
);

  typedef enum logic [2:0] {
    IDLE,
    LOAD_Y,
    LOAD_X,
    LOAD_W,
    STORE,
    DRAIN,
    DONE
  } state_e;

  state_e      state_q, state_d;
  state_e      first;  // first state of an output
  logic [15:0] m_q, m_d, n_q, n_d, k_q, k_d;
  logic        last_m, last_n, last_k;
  logic        empty;  // no output at all
  logic        stored;

  logic [15:0] x_q, x_d, w_q, w_d, acc_q, acc_d;
  logic [15:0] acc_next;
  logic        step_q, step_d;  // x_q and w_q are a pair that acc_q has not seen
  format_e     rformat;         // of the element in rdata_i
  logic [15:0] widened, narrowed;

  // Loops
  assign last_m = m_q == job_i.m - 16'd1;
  assign last_n = n_q == job_i.n - 16'd1;
  assign last_k = k_q == job_i.k - 16'd1;
  assign empty  = job_i.m == '0 || job_i.k == '0;
  assign stored = state_q == STORE && valid_o && ready_i;
  assign done_o = state_q == DONE;

  always_comb begin
    if (job_i.op != MATMUL) first = LOAD_Y;
    else if (job_i.n != '0) first = LOAD_X;
    else first = STORE;
  end

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      // A request that still waits is one of a cleared job.
      IDLE:    if (job_valid_i && ready_i) state_d = empty ? DONE : first;
      LOAD_Y:  if (ready_i) state_d = job_i.n == '0 ? STORE : LOAD_X;
      LOAD_X:  if (ready_i) state_d = LOAD_W;
      LOAD_W:  if (ready_i) state_d = last_n ? STORE : LOAD_X;
      STORE:   if (stored) state_d = last_m && last_k ? DRAIN : first;
      DRAIN:   if (ready_i) state_d = DONE;
      DONE:    state_d = IDLE;
      default: state_d = IDLE;
    endcase
    if (clear_i) state_d = IDLE;
  end

  // Each counter is back at zero when its loop ends.
  always_comb begin
    {m_d, n_d, k_d} = {m_q, n_q, k_q};
    if (state_q == LOAD_W && ready_i) n_d = last_n ? '0 : n_q + 16'd1;
    if (stored) begin
      k_d = last_k ? '0 : k_q + 16'd1;
      if (last_k) m_d = last_m ? '0 : m_q + 16'd1;
    end
    if (clear_i) {m_d, n_d, k_d} = '0;
  end

  // Address of an element of a dense row-major matrix, modulo 2^32.
  function automatic logic [31:0] element_address(
    logic [31:0] base, logic [15:0] row, logic [15:0] cols, logic [15:0] col,
    logic [1:0] bytes
  );
    return base + (32'(row) * 32'(cols) + 32'(col)) * 32'(bytes);
  endfunction

  always_comb begin
    valid_o          = 1'b0;
    access_o.write   = 1'b0;
    access_o.bytes   = element_bytes(job_i.z_format);
    access_o.operand = OPERAND_Y;
    access_o.data    = narrowed;
    access_o.addr    = element_address(job_i.z_addr, m_q, job_i.k, k_q, access_o.bytes);
    unique case (state_q)
      LOAD_Y: valid_o = 1'b1;
      LOAD_X: begin
        valid_o          = 1'b1;
        access_o.bytes   = element_bytes(job_i.x_format);
        access_o.operand = OPERAND_X;
        access_o.addr    = element_address(job_i.x_addr, m_q, job_i.n, n_q, access_o.bytes);
      end
      LOAD_W: begin
        valid_o          = 1'b1;
        access_o.bytes   = element_bytes(job_i.w_format);
        access_o.operand = OPERAND_W;
        access_o.addr    = element_address(job_i.w_addr, n_q, job_i.k, k_q, access_o.bytes);
      end
      STORE: begin
        valid_o        = !in_flight_i && !step_q;
        access_o.write = 1'b1;
      end
      default: ;
    endcase
  end

  // Formats: everything between load and store is FP16.
  always_comb begin
    unique case (roperand_i)
      OPERAND_X: rformat = job_i.x_format;
      OPERAND_W: rformat = job_i.w_format;
      default:   rformat = job_i.z_format;
    endcase
  end

  serial_widen i_widen (
    .format_i(rformat),
    .raw_i   (rdata_i),
    .value_o (widened)
  );

  serial_narrow i_narrow (
    .format_i(job_i.z_format),
    .value_i (acc_q),
    .raw_o   (narrowed)
  );

  // Arithmetic
  serial_alu i_alu (
    .clk_i,
    .rst_ni,
    .op_i (job_i.op),
    .x_i  (x_q),
    .w_i  (w_q),
    .acc_i(acc_q),
    .acc_o(acc_next)
  );

  always_comb begin
    x_d    = x_q;
    w_d    = w_q;
    acc_d  = acc_q;
    step_d = 1'b0;
    if (step_q) acc_d = acc_next;
    if (stored) acc_d = '0;  // what a MATMUL starts from
    if (rvalid_i) begin
      unique case (roperand_i)
        OPERAND_X: x_d = widened;
        OPERAND_W: {w_d, step_d} = {widened, 1'b1};
        OPERAND_Y: acc_d = widened;
        default:   ;
      endcase
    end
    if (clear_i) {acc_d, step_d} = '0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q         <= IDLE;
      {m_q, n_q, k_q} <= '0;
    end else begin
      state_q         <= state_d;
      {m_q, n_q, k_q} <= {m_d, n_d, k_d};
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {x_q, w_q, acc_q, step_q} <= '0;
    else {x_q, w_q, acc_q, step_q} <= {x_d, w_d, acc_d, step_d};
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    job_while_running: assert (state_q != IDLE -> job_valid_i)
      else $error("the job went away while it ran");
    idle_is_as_reset: assert (state_q == IDLE -> {m_q, n_q, k_q} == '0 && acc_q == '0 && !step_q)
      else $error("something of a job outlived it");
  end
`endif

endmodule
