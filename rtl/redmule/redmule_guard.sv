// SPDX-License-Identifier: Apache-2.0
// Fault tolerance of the data path: compares what a pair of rows made before it is stored, and lets the tile begin
// again where it differs (docs/accelerator.md, "Fault tolerance"). A device with FT = 0 has no such module.

module redmule_guard #(
  parameter int unsigned DW       = 256,  // payload bits of the port
  parameter int unsigned N_CORES  = 8,    // event targets
  parameter int unsigned CONTEXTS = 2,    // jobs queued or running
  localparam int unsigned CW = $clog2(CONTEXTS)  // bits of a context's number; a box of a proof has no types
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                clear_i,
  input  logic                halted_i,   // the copies differed
  input  logic                init_i,
  // modes
  input  logic                trigger_i,
  input  logic [CW-1:0]       context_i,  // that the trigger fills
  input  logic                paired_i,   // as programmed
  output logic [CONTEXTS-1:0] paired_o,   // jobs in fault-tolerant mode
  input  logic [1:0]          bad_i,      // a wrong W is used for the tile with this bank of Z
  // the store on offer
  input  logic [CW-1:0]       job_i,      // whose it is
  input  logic                bank_i,     // its bank of Z
  input  logic                zeros_i,    // it takes nothing from the buffer of Z
  input  logic [N_CORES-1:0]  core_i,     // who triggered that job
  input  logic [DW-1:0]       own_i,
  input  logic [DW-1:0]       twin_i,
  input  logic [15:0]         bytes_i,
  output logic                refuse_o,
  output logic                alike_o,    // the twin's may be stored in its place: it is the same, or refused
  input  logic                again_i,    // it is refused
  input  logic                store_i,    // it is taken
  input  logic                tile_end_i, // and is the last of its tile
  // what software sees
  input  logic                read_i,
  output logic [31:0]         faults_o,
  output logic [N_CORES-1:0]  event_o
);

  logic check, differ, refusing, uncorrected;

  assign check   = paired_o[job_i] && !zeros_i;
  assign alike_o = check && refusing;

  redmule_modes #(
    .CONTEXTS(CONTEXTS)
  ) i_modes (
    .clk_i,
    .rst_ni,
    .trigger_i,
    .context_i,
    .paired_i,
    .paired_o
  );

  redmule_compare #(
    .DW(DW)
  ) i_compare (
    .check_i (check),
    .own_i,
    .twin_i,
    .bytes_i,
    .differ_o(differ)
  );

  redmule_retry i_retry (
    .clk_i,
    .rst_ni,
    .init_i,
    .bad_i,
    .check_i      (check),
    .bank_i,
    .differ_i     (differ),
    .again_i,
    .store_i,
    .tile_end_i,
    .refuse_o,
    .refusing_o   (refusing),
    .uncorrected_o(uncorrected)
  );

  redmule_faults #(
    .N_CORES(N_CORES)
  ) i_faults (
    .clk_i,
    .rst_ni,
    .clear_i,
    .halted_i,
    .read_i,
    .repeat_i     (again_i),
    .uncorrected_i(uncorrected),
    .core_i,
    .faults_o,
    .event_o
  );

endmodule
