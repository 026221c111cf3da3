// SPDX-License-Identifier: Apache-2.0
// Control unit: boot addresses, fetch enable, end of computation, arbitration of the TCDM, and what went wrong on
// which core (rtl/cluster/control_unit.rdl).

module cluster_control_unit
  import cluster_pkg::*;
#(
  parameter int unsigned N_CORES     = 8,
  parameter int unsigned BANKS       = 16,
  parameter int unsigned TCDM_BYTES  = 131072,
  parameter logic [7:0]  NUMERATOR   = 8'd1,   // reset values of the arbitration ratio
  parameter logic [7:0]  DENOMINATOR = 8'd2
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  // register access, granted at once
  input  logic                      req_i,
  input  periph_req_t               access_i,
  output logic [31:0]               rdata_o,
  // an access of a core without a target, and its address
  input  logic [N_CORES-1:0]        error_i,
  input  logic [N_CORES-1:0][31:0]  error_add_i,
  // settings
  output logic [N_CORES-1:0]        fetch_enable_o,
  output logic [N_CORES-1:0][31:0]  boot_addr_o,
  output logic                      wide_first_o,
  output logic [7:0]                numerator_o,
  output logic [7:0]                denominator_o,
  // end of computation
  output logic                      eoc_o,
  output logic [31:0]               return_o,
  output logic [N_CORES-1:0]        trapped_o
);

  localparam logic [9:0] EOC         = 10'h000;
  localparam logic [9:0] FETCH_EN    = 10'h008;
  localparam logic [9:0] ARBITRATION = 10'h010;
  localparam logic [9:0] CONFIG      = 10'h018;
  localparam logic [9:0] RETURN      = 10'h100;
  localparam logic [9:0] TRAPPED     = 10'h108;
  localparam logic [9:0] BUS_ERRORS  = 10'h10C;
  // one register a core
  localparam logic [4:0] BOOT_ADDR   = 5'h02;  // 0x040
  localparam logic [4:0] TRAP_CAUSE  = 5'h0A;  // 0x140
  localparam logic [4:0] TRAP_PC     = 5'h0B;  // 0x160
  localparam logic [4:0] ERROR_ADD   = 5'h0C;  // 0x180

  localparam int unsigned CW = N_CORES > 1 ? $clog2(N_CORES) : 1;

  logic [9:0]  offset;
  logic [CW-1:0] core;
  logic        is_core, write;
  logic [31:0] mask, rdata, rdata_q;

  logic                     eoc_q, log_first_q;
  logic [7:0]               numerator_q, denominator_q;
  logic [N_CORES-1:0]       fetch_q, trapped_q, errors_q;
  logic [31:0]              return_q;
  logic [N_CORES-1:0][31:0] boot_q, cause_q, pc_q, error_add_q;

  assign offset  = {access_i.add[9:2], 2'b00};
  assign core    = CW'(offset[4:2]);
  assign is_core = 32'(offset[4:2]) < N_CORES;
  assign write   = req_i && access_i.we;
  assign mask    = byte_mask(access_i.be);

  function automatic logic [31:0] merge(logic [31:0] old, logic [31:0] value, logic [31:0] enabled);
    return (old & ~enabled) | (value & enabled);
  endfunction

  always_comb begin
    rdata = '0;
    unique case (offset)
      EOC:         rdata[0] = eoc_q;
      FETCH_EN:    rdata[N_CORES-1:0] = fetch_q;
      ARBITRATION: rdata[16:0] = {log_first_q, denominator_q, numerator_q};
      CONFIG:      rdata = {16'(TCDM_BYTES / 1024), 8'(BANKS), 8'(N_CORES)};
      RETURN:      rdata = return_q;
      TRAPPED:     rdata[N_CORES-1:0] = trapped_q;
      BUS_ERRORS:  rdata[N_CORES-1:0] = errors_q;
      default:
        if (is_core) begin
          unique case (offset[9:5])
            BOOT_ADDR:  rdata = boot_q[core];
            TRAP_CAUSE: rdata = cause_q[core];
            TRAP_PC:    rdata = pc_q[core];
            ERROR_ADD:  rdata = error_add_q[core];
            default:    rdata = '0;
          endcase
        end
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rdata_q       <= '0;
      eoc_q         <= 1'b0;
      log_first_q   <= 1'b0;
      numerator_q   <= NUMERATOR;
      denominator_q <= DENOMINATOR;
      fetch_q       <= '0;
      trapped_q     <= '0;
      errors_q      <= '0;
      return_q      <= '0;
      boot_q        <= {N_CORES{CODE_BASE}};
      cause_q       <= '0;
      pc_q          <= '0;
      error_add_q   <= '0;
    end else begin
      if (req_i) rdata_q <= rdata;
      if (write) begin
        unique case (offset)
          EOC:         if (mask[0]) eoc_q <= access_i.wdata[0];
          FETCH_EN:    fetch_q <= N_CORES'(merge(32'(fetch_q), access_i.wdata, mask));
          ARBITRATION: {log_first_q, denominator_q, numerator_q} <=
              17'(merge(32'({log_first_q, denominator_q, numerator_q}), access_i.wdata, mask));
          RETURN:      return_q <= merge(return_q, access_i.wdata, mask);
          // written with ones: clears
          TRAPPED:     trapped_q <= trapped_q & ~N_CORES'(access_i.wdata & mask);
          BUS_ERRORS:  errors_q <= errors_q & ~N_CORES'(access_i.wdata & mask);
          default:
            if (is_core) begin
              unique case (offset[9:5])
                BOOT_ADDR: boot_q[core] <= merge(boot_q[core], access_i.wdata, mask);
                TRAP_CAUSE: begin
                  cause_q[core]   <= merge(cause_q[core], access_i.wdata, mask);
                  trapped_q[core] <= 1'b1;
                end
                TRAP_PC:   pc_q[core] <= merge(pc_q[core], access_i.wdata, mask);
                default:   ;
              endcase
            end
        endcase
      end
      // The first one is kept until it is cleared.
      for (int unsigned c = 0; c < N_CORES; c++) begin
        if (error_i[c] && !errors_q[c]) begin
          errors_q[c]    <= 1'b1;
          error_add_q[c] <= error_add_i[c];
        end
      end
    end
  end

  assign rdata_o        = rdata_q;
  assign fetch_enable_o = fetch_q;
  assign boot_addr_o    = boot_q;
  assign wide_first_o   = !log_first_q;
  assign numerator_o    = numerator_q;
  assign denominator_o  = denominator_q;
  assign eoc_o          = eoc_q;
  assign return_o       = return_q;
  assign trapped_o      = trapped_q;

`ifndef RTL_NO_ASSERTIONS
  for (genvar c = 0; c < N_CORES; c++) begin : gen_core
    always @(posedge clk_i) if (rst_ni) begin
      first_error_stays: assert ($past(rst_ni && errors_q[c] && !write) -> errors_q[c] && $stable(error_add_q[c]))
        else $error("an error took the place of an earlier one (contract C5.6)");
      error_is_kept: assert ($past(rst_ni && error_i[c] && !errors_q[c]) -> errors_q[c])
        else $error("an error was not kept (contract C5.6)");
    end
  end
`endif

endmodule
