// SPDX-License-Identifier: Apache-2.0
// Event unit: the parts of the cores, software events and the barrier (rtl/cluster/event_unit.rdl).
// Over the peripheral bus everything is reached; through its private window a core reaches its own part and the
// shared registers.

module cluster_event_unit
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES = 8
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // peripheral bus, granted at once
  input  logic                      req_i,
  input  periph_req_t               access_i,
  output logic [31:0]               rdata_o,
  // private windows
  input  logic [N_CORES-1:0]        own_req_i,
  output logic [N_CORES-1:0]        own_gnt_o,
  input  periph_req_t [N_CORES-1:0] own_access_i,
  output logic [N_CORES-1:0]        own_rvalid_o,
  output logic [N_CORES-1:0][31:0]  own_rdata_o,
  // sources; those of the timer reach all cores
  input  logic [N_CORES-1:0][1:0]   dma_i,
  input  logic [1:0]                timer_i,
  input  logic [N_CORES-1:0][1:0]   acc_i,
  // sleep
  input  logic [N_CORES-1:0]        asleep_i,
  output logic [N_CORES-1:0]        clock_en_o
);

  // Shared registers start at 0x200; below that a block of 16 registers a core.
  localparam logic [3:0] TEAM     = 4'h8;  // 0x220; 0x200 to 0x21C are the software events
  localparam logic [3:0] ARRIVED  = 4'h9;
  localparam logic [3:0] ARRIVE   = 4'hA;
  localparam logic [3:0] BAR_WAIT = 4'hB;

  logic [N_CORES-1:0]             team_q, team_d, arrived_q, arrived_d, arrive, arrive_read, barrier;
  logic [N_CORES-1:0][7:0]        software;
  logic [N_CORES-1:0][EVENTS-1:0] events;
  logic [N_CORES-1:0][31:0]       bus_rdata, own_rdata, own_mask;
  logic [N_CORES-1:0]             own_shared, own_core_gnt, bus_called;
  logic [N_CORES-1:0][N_CORES-1:0] called;
  logic                           bus_shared;
  logic [3:0]                     bus_index;
  logic [31:0]                    bus_mask, shared_rdata, rdata, rdata_q;

  assign bus_shared = access_i.add[9:6] == 4'h8;
  assign bus_index  = access_i.add[5:2];
  assign bus_mask   = byte_mask(access_i.be);

  // Cores that a software event is for: those of the mask, all if it is 0.
  function automatic logic [N_CORES-1:0] addressees(logic [N_CORES-1:0] value);
    return (value == '0) ? '1 : value;
  endfunction

  function automatic logic [31:0] read_shared(logic [3:0] index, logic [N_CORES-1:0] team, logic [N_CORES-1:0] here);
    unique case (index)
      TEAM:    return 32'(team);
      ARRIVED: return 32'(here);
      default: return '0;
    endcase
  endfunction

  always_comb begin
    software = '0;
    arrive   = arrive_read;
    team_d   = team_q;
    bus_called = addressees(N_CORES'(access_i.wdata & bus_mask));
    for (int unsigned c = 0; c < N_CORES; c++) begin
      called[c] = addressees(N_CORES'(own_access_i[c].wdata & own_mask[c]));
      // Shared registers reached by core c through its window.
      if (own_req_i[c] && own_shared[c] && own_access_i[c].we) begin
        if (!own_access_i[c].add[5]) begin
          for (int unsigned t = 0; t < N_CORES; t++) begin
            if (called[c][t]) software[t][own_access_i[c].add[4:2]] = 1'b1;
          end
        end
        if (own_access_i[c].add[5:2] == ARRIVE) arrive[c] = 1'b1;
      end
    end
    if (req_i && bus_shared && access_i.we) begin
      if (!bus_index[3]) begin
        for (int unsigned t = 0; t < N_CORES; t++) begin
          if (bus_called[t]) software[t][bus_index[2:0]] = 1'b1;
        end
      end
      if (bus_index == TEAM) team_d = (team_q & ~N_CORES'(bus_mask)) | N_CORES'(access_i.wdata & bus_mask);
      if (bus_index == ARRIVE) arrive |= N_CORES'(access_i.id);
    end
    // The barrier opens in the cycle in which the last one of the team arrives.
    arrived_d = arrived_q | arrive;
    barrier   = (team_q != '0 && (arrived_d & team_q) == team_q) ? team_q : '0;
    arrived_d = arrived_d & ~barrier;
  end

  for (genvar c = 0; c < N_CORES; c++) begin : gen_cores
    assign events[c] = {barrier[c], 2'b00, acc_i[c], timer_i, dma_i[c], software[c]};
    assign own_mask[c] = byte_mask(own_access_i[c].be);
    assign own_shared[c] = own_access_i[c].add[9:6] == 4'h8;
    // Shared registers are granted at once, but for the read that waits for the barrier.
    assign own_gnt_o[c] = own_req_i[c] && own_core_gnt[c];

    cluster_event_core i_core (
      .clk_i,
      .rst_ni,
      .events_i     (events[c]),
      .bus_req_i    (req_i && access_i.add[9:6] == 4'(c)),
      .bus_we_i     (access_i.we),
      .bus_index_i  (bus_index),
      .bus_wdata_i  (access_i.wdata),
      .bus_mask_i   (bus_mask),
      .bus_rdata_o  (bus_rdata[c]),
      .own_req_i    (own_req_i[c]),
      // Index 15 is no register of a core: one that is not its own does nothing here.
      .own_we_i     (own_access_i[c].we),
      .own_index_i  (own_access_i[c].add[9:6] == 4'h0 ? own_access_i[c].add[5:2] : 4'hF),
      .own_wdata_i  (own_access_i[c].wdata),
      .own_mask_i   (own_mask[c]),
      .own_barrier_i(own_shared[c] && own_access_i[c].add[5:2] == BAR_WAIT && !own_access_i[c].we),
      .own_gnt_o    (own_core_gnt[c]),
      .own_rdata_o  (own_rdata[c]),
      .arrive_o     (arrive_read[c]),
      .asleep_i     (asleep_i[c]),
      .clock_en_o   (clock_en_o[c])
    );
  end

  always_comb begin
    shared_rdata = read_shared(bus_index, team_q, arrived_q);
    rdata        = bus_shared ? shared_rdata : '0;
    for (int unsigned c = 0; c < N_CORES; c++) begin
      if (access_i.add[9:6] == 4'(c)) rdata = bus_rdata[c];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      team_q       <= '1;
      arrived_q    <= '0;
      rdata_q      <= '0;
      own_rvalid_o <= '0;
      own_rdata_o  <= '0;
    end else begin
      team_q       <= team_d;
      arrived_q    <= arrived_d;
      own_rvalid_o <= own_gnt_o;
      if (req_i) rdata_q <= rdata;
      for (int unsigned c = 0; c < N_CORES; c++) begin
        own_rdata_o[c] <= own_rdata[c] |
            (own_shared[c] ? read_shared(own_access_i[c].add[5:2], team_q, arrived_q) : '0);
      end
    end
  end

  assign rdata_o = rdata_q;

`ifndef RTL_NO_ASSERTIONS
  always @(posedge clk_i) if (rst_ni) begin
    grants_a_request: assert ((own_gnt_o & ~own_req_i) == '0)
      else $error("a grant without a request");
    answered_in_the_next_cycle: assert ($past(rst_ni) -> own_rvalid_o == $past(own_gnt_o))
      else $error("an access is not answered one cycle after its grant (contract C2.2)");
    opens_for_the_team: assert (barrier != '0 -> barrier == team_q && (team_q & ~(arrived_q | arrive)) == '0)
      else $error("a barrier opens before all of its team have arrived (contract C7.7)");
    opens_once: assert ($past(rst_ni && barrier != '0) -> (arrived_q & $past(barrier)) == '0)
      else $error("a core that has passed a barrier counts at the next one");
  end
`endif

endmodule
