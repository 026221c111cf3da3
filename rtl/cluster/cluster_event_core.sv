// SPDX-License-Identifier: Apache-2.0
// Event unit, the part of one core: its buffer of events, its mask, and the reads on which it sleeps
// (rtl/cluster/event_unit.rdl).
//
// The core waits in the grant of such a read, its clock off, until its event is in the buffer. Accesses over the
// peripheral bus and through the private window may come in the same cycle; the private one is applied last.

module cluster_event_core
  import cluster_pkg::*;
(
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic [EVENTS-1:0] events_i,
  // access over the peripheral bus, granted at once; never waits
  input  logic              bus_req_i,
  input  logic              bus_we_i,
  input  logic [3:0]        bus_index_i,  // register
  input  logic [31:0]       bus_wdata_i,
  input  logic [31:0]       bus_mask_i,   // bits that are written
  output logic [31:0]       bus_rdata_o,  // in the same cycle
  // access through the private window
  input  logic              own_req_i,
  input  logic              own_we_i,
  input  logic [3:0]        own_index_i,
  input  logic [31:0]       own_wdata_i,
  input  logic [31:0]       own_mask_i,
  input  logic              own_barrier_i,  // a read that waits for the barrier, instead
  output logic              own_gnt_o,
  output logic [31:0]       own_rdata_o,    // in the cycle of the grant
  // barrier and sleep
  output logic              arrive_o,
  input  logic              asleep_i,
  output logic              clock_en_o
);

  localparam logic [3:0] MASK        = 4'h0;
  localparam logic [3:0] MASK_CLEAR  = 4'h1;
  localparam logic [3:0] MASK_SET    = 4'h2;
  localparam logic [3:0] BUFFER      = 4'h3;
  localparam logic [3:0] MASKED      = 4'h4;
  localparam logic [3:0] CLEAR       = 4'h5;
  localparam logic [3:0] STATUS      = 4'h6;
  localparam logic [3:0] WAIT        = 4'h7;
  localparam logic [3:0] WAIT_CLEAR  = 4'h8;

  typedef logic [EVENTS-1:0] events_t;

  events_t mask_q, mask_d, buffer_q, buffer_d, clear;
  logic    arrived_q, waits, barrier, ready;

  function automatic logic [31:0] read(logic [3:0] index, events_t mask, events_t buffer, logic asleep);
    unique case (index)
      MASK:                     return 32'(mask);
      BUFFER:                   return 32'(buffer);
      MASKED, WAIT, WAIT_CLEAR: return 32'(buffer & mask);
      STATUS:                   return 32'(!asleep);
      default:                  return '0;
    endcase
  endfunction

  function automatic events_t write_mask(logic [3:0] index, events_t old, logic [31:0] data, logic [31:0] enabled);
    automatic events_t value = events_t'(data & enabled);
    unique case (index)
      MASK:       return (old & ~events_t'(enabled)) | value;
      MASK_CLEAR: return old & ~value;
      MASK_SET:   return old | value;
      default:    return old;
    endcase
  endfunction

  always_comb begin
    barrier    = own_req_i && own_barrier_i;
    waits      = own_req_i && !own_we_i && !own_barrier_i && (own_index_i == WAIT || own_index_i == WAIT_CLEAR);
    ready      = barrier ? arrived_q && buffer_q[EVT_BARRIER] : !waits || (buffer_q & mask_q) != '0;
    own_gnt_o  = own_req_i && ready;
    clock_en_o = !own_req_i || ready;
    // A core arrives once for each read, in its first cycle.
    arrive_o   = barrier && !arrived_q;
  end

  always_comb begin
    bus_rdata_o = read(bus_index_i, mask_q, buffer_q, asleep_i);
    own_rdata_o = own_barrier_i ? 32'(1) << EVT_BARRIER : read(own_index_i, mask_q, buffer_q, asleep_i);
  end

  always_comb begin
    mask_d = mask_q;
    clear  = '0;
    if (bus_req_i && bus_we_i) begin
      mask_d = write_mask(bus_index_i, mask_d, bus_wdata_i, bus_mask_i);
      if (bus_index_i == CLEAR) clear |= events_t'(bus_wdata_i & bus_mask_i);
    end
    if (own_gnt_o && own_we_i && !own_barrier_i) begin
      mask_d = write_mask(own_index_i, mask_d, own_wdata_i, own_mask_i);
      if (own_index_i == CLEAR) clear |= events_t'(own_wdata_i & own_mask_i);
    end
    if (waits && ready && own_index_i == WAIT_CLEAR) clear |= buffer_q & mask_q;
    // Neither an event of an earlier barrier nor this one stays.
    if (arrive_o || barrier && ready) clear[EVT_BARRIER] = 1'b1;
    // An event that comes while it is cleared stays.
    buffer_d = (buffer_q & ~clear) | events_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mask_q    <= '0;
      buffer_q  <= '0;
      arrived_q <= 1'b0;
    end else begin
      mask_q    <= mask_d;
      buffer_q  <= buffer_d;
      arrived_q <= barrier && !ready;
    end
  end

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    sleeps_while_it_waits: assert (!clock_en_o -> own_req_i && !own_gnt_o)
      else $error("a core's clock is off although it does not wait (contract C7.6)");
    grants_a_request: assert (own_gnt_o -> own_req_i)
      else $error("a grant without a request");
    arrives_once: assert ($past(rst_ni && arrive_o && !own_gnt_o) -> !arrive_o)
      else $error("a core arrives twice at one barrier");
    waits_at_the_barrier: assert (arrived_q -> own_req_i && own_barrier_i)
      else $error("a core left the barrier before it opened");
    no_event_is_lost: assert ($past(rst_ni) -> (~buffer_q & $past(events_i)) == '0)
      else $error("an event did not reach the buffer (contract C7.3)");
  end
`endif

endmodule
