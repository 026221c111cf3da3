// SPDX-License-Identifier: Apache-2.0
// The lock and the contexts (contract A5 and A7). A context is filled by a trigger and freed by the end of its
// job; contexts are used in turn, so they are a queue. Its head is the job whose turn it is, or comes next; those
// behind it may be in the engine too.

module redmule_queue
  import redmule_pkg::*;
#(
  parameter int unsigned N_CORES  = 8,  // event targets
  parameter int unsigned CONTEXTS = 2,  // jobs queued or running, at most 4
  localparam int unsigned BEFORE = CONTEXTS - 1,
  localparam int unsigned CW = $clog2(CONTEXTS)  // bits of a context's number; a box of a proof has no types
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // commands of the register port
  input  logic [7:0]                core_i,
  input  logic                      acquire_i,
  input  logic                      trigger_i,        // already qualified by holder_o
  input  logic                      finished_read_i,
  input  logic                      clear_i,
  input  logic                      clear_all_i,
  input  job_t                      job_i,
  output logic                      holder_o,
  output logic [31:0]               acquire_data_o,
  output logic [31:0]               finished_o,
  output logic [31:0]               status_o,
  output logic [31:0]               running_o,
  // the engine
  output job_t [CONTEXTS-1:0]       jobs_o,           // by context
  output logic [CONTEXTS-1:0][7:0]  cores_o,          // who triggered them
  output logic [CW-1:0]             tail_o,           // the context that a trigger fills
  output logic [CW-1:0]             head_o,           // the oldest job
  output logic                      pending_o,        // it waits or runs
  output logic                      inside_o,         // it has entered the engine
  output logic                      behind_o,         // so has a job behind it
  output logic [CW-1:0]             next_o,           // the oldest job that has not entered
  output logic                      waiting_o,        // it is there
  output logic [BEFORE-1:0][CW-1:0] before_o,         // the jobs before it, the latest first
  output logic [BEFORE-1:0]         before_inside_o,  // and which of them are in the engine
  input  logic                      start_i,          // the oldest job has its turn
  input  logic                      enter_i,          // the next one enters the engine
  input  logic                      done_i,           // the oldest job has ended
  // to the cores
  output logic [N_CORES-1:0]        event_o,
  output logic                      busy_o            // a context is taken, or an event is out
);

  typedef logic [CW-1:0] ctx_t;

  typedef struct packed {
    job_t       job;
    logic [7:0] id;
    logic [7:0] core;
  } context_t;

  localparam logic [31:0] LOCKED = 32'hFFFF_FFFE;
  localparam logic [31:0] FULL   = 32'hFFFF_FFFF;

  context_t [CONTEXTS-1:0] context_q;
  logic [CONTEXTS-1:0]     taken_q, taken_d, inside_q, inside_d, behind;
  ctx_t        tail_q, tail_d, head_q, head_d, next_q, next_d, place;
  logic        lock_q, lock_d;
  logic [7:0]  owner_q, owner_d, lock_id_q, lock_id_d, next_id_q, next_id_d, running_q, running_d;
  logic [7:0]  event_q, event_d;
  logic [31:0] finished_q, finished_d;
  logic        grab;

  function automatic ctx_t place_after(ctx_t at);
    return 32'(at) == CONTEXTS - 1 ? '0 : at + 1'b1;
  endfunction

  function automatic ctx_t place_before(ctx_t at);
    return at == '0 ? ctx_t'(CONTEXTS - 1) : at - 1'b1;
  endfunction

  assign holder_o = lock_q && owner_q == core_i;
  assign grab     = acquire_i && !lock_q && taken_q != '1;

  always_comb begin
    acquire_data_o = {24'd0, next_id_q};
    if (holder_o)          acquire_data_o = {24'd0, lock_id_q};
    else if (lock_q)       acquire_data_o = LOCKED;
    else if (taken_q == '1) acquire_data_o = FULL;
  end

  always_comb begin
    lock_d    = lock_q;
    owner_d   = owner_q;
    lock_id_d = lock_id_q;
    next_id_d = next_id_q;
    if (grab) begin
      lock_d    = 1'b1;
      owner_d   = core_i;
      lock_id_d = next_id_q;
      next_id_d = next_id_q + 8'd1;
    end
    if (trigger_i || clear_i) lock_d = 1'b0;
    if (clear_all_i) next_id_d = '0;
  end

  always_comb begin
    taken_d = taken_q;
    tail_d  = tail_q;
    head_d  = head_q;
    event_d = '0;
    if (trigger_i) begin
      taken_d[tail_q] = 1'b1;
      tail_d          = place_after(tail_q);
    end
    if (done_i) begin
      taken_d[head_q] = 1'b0;
      head_d          = place_after(head_q);
      event_d         = context_q[head_q].core;
    end
    if (clear_i) begin
      taken_d = '0;
      tail_d  = '0;
      head_d  = '0;
      event_d = '0;
    end
  end

  always_comb begin
    inside_d = inside_q;
    next_d   = next_q;
    if (enter_i) begin
      inside_d[next_q] = 1'b1;
      next_d           = place_after(next_q);
    end
    if (done_i) inside_d[head_q] = 1'b0;
    if (clear_i) begin
      inside_d = '0;
      next_d   = '0;
    end
  end

  always_comb begin
    behind         = inside_q;
    behind[head_q] = 1'b0;
  end

  always_comb begin
    place = next_q;
    for (int unsigned b = 0; b < BEFORE; b++) begin
      place              = place_before(place);
      before_o[b]        = place;
      before_inside_o[b] = inside_q[place];
    end
  end

  always_comb begin
    // a job ends with its event, so one that ends in the cycle of the read counts in the next
    finished_d = (finished_read_i ? '0 : finished_q) + 32'(event_q != '0);
    if (clear_i) finished_d = '0;
    running_d = start_i ? context_q[head_q].id : running_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q    <= '0;
      inside_q   <= '0;
      tail_q     <= '0;
      head_q     <= '0;
      next_q     <= '0;
      lock_q     <= 1'b0;
      owner_q    <= '0;
      lock_id_q  <= '0;
      next_id_q  <= '0;
      running_q  <= '0;
      event_q    <= '0;
      finished_q <= '0;
    end else begin
      taken_q    <= taken_d;
      inside_q   <= inside_d;
      tail_q     <= tail_d;
      head_q     <= head_d;
      next_q     <= next_d;
      lock_q     <= lock_d;
      owner_q    <= owner_d;
      lock_id_q  <= lock_id_d;
      next_id_q  <= next_id_d;
      running_q  <= running_d;
      event_q    <= event_d;
      finished_q <= finished_d;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        context_q         <= '0;
    else if (trigger_i) context_q[tail_q] <= '{job: job_i, id: lock_id_q, core: core_i};
  end

  assign finished_o = finished_q;
  assign running_o  = {24'd0, running_q};
  assign tail_o     = tail_q;
  assign head_o     = head_q;
  assign pending_o  = taken_q[head_q];
  assign inside_o   = inside_q[head_q];
  assign behind_o   = behind != '0;
  assign next_o     = next_q;
  assign waiting_o  = taken_q[next_q] && !inside_q[next_q];
  assign event_o    = event_q[N_CORES-1:0];
  assign busy_o     = taken_q != '0 || event_q != '0;

  always_comb begin
    status_o = '0;
    for (int unsigned c = 0; c < CONTEXTS; c++) begin
      jobs_o[c]     = context_q[c].job;
      cores_o[c]    = context_q[c].core;
      status_o[8*c] = taken_q[c];
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    lock_has_a_context: assert (lock_q -> !taken_q[tail_q] && $onehot(owner_q))
      else $error("the lock is held without a free context, or by no core or several");
    triggered_by_the_holder: assert (trigger_i -> holder_o && !acquire_i)
      else $error("a trigger without the lock");
    commands_of_one_core: assert (acquire_i || trigger_i -> $onehot(core_i))
      else $error("a command of no core, or of several (contract A5.12)");
    head_is_the_oldest: assert (taken_q != '0 -> taken_q[head_q])
      else $error("contexts are not used in turn");
    turns_match: assert ((head_q == tail_q) == (taken_q == '0 || taken_q == '1))
      else $error("the places of the next job and of the oldest do not fit what is taken");
    starts_what_waits: assert (start_i -> taken_q[head_q])
      else $error("a job starts that is not there");
    enters_what_waits: assert (enter_i -> waiting_o)
      else $error("a job enters the engine that is not there, or is in it");
    inside_is_taken: assert ((inside_q & ~taken_q) == '0 && (inside_q != '0 -> inside_q[head_q]))
      else $error("a job is in the engine that is not there, or ahead of the oldest");
    ends_what_runs: assert (done_i -> inside_q[head_q])
      else $error("a job ends that is not in the engine");
    job_stays: assert ($past(rst_ni && pending_o && !done_i && !clear_i) -> pending_o && $stable(jobs_o[head_q]))
      else $error("the oldest job changed before its end");
    one_event: assert ($onehot0(event_q))
      else $error("events to several cores at a time");
    free_after_clear: assert ($past(rst_ni && clear_i)
        -> taken_q == '0 && inside_q == '0 && !lock_q && event_q == '0 && finished_q == '0)
      else $error("a soft clear left a context, the lock or an event (contract A7.8)");
  end
`endif

endmodule
