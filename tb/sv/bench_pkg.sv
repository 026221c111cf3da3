// SPDX-License-Identifier: Apache-2.0
// DPI of the bench whose signatures do not depend on the width of the port; see tb/dpi/bench.cpp.
package bench_pkg;

  import "DPI-C" function chandle bench_create(input int lanes);

  import "DPI-C" function bit bench_tick(
      input chandle bench, input longint unsigned cycle, input bit rst_n, input bit req, input bit gnt,
      input int unsigned add, input bit wen, input bit r_valid, input bit busy, output bit next_grant,
      output bit grant_without_req, output bit aimed);

  // Banks of the memory: a word wide, interleaved. Busy ones of the next cycle, a bit each.
  localparam int unsigned Banks = 64;
  import "DPI-C" function longint unsigned bench_busy_banks(input chandle bench);

  import "DPI-C" function bit bench_targeted(input chandle bench, input int unsigned add, input bit wen);

  import "DPI-C" function bit bench_read_allowed(input chandle bench, input int unsigned add);

  import "DPI-C" function void bench_access(
      input chandle bench, input longint unsigned cycle, input int unsigned add, input bit wen,
      input int unsigned be, input int unsigned data, input int unsigned id, input bit answered,
      input int unsigned r_data);

  // A cycle of the register port with a request or a response.
  import "DPI-C" function void bench_port(
      input chandle bench, input longint unsigned cycle, input bit req, input bit gnt, input int unsigned add,
      input bit wen, input int unsigned be, input int unsigned data, input int unsigned id, input bit r_valid,
      input int unsigned r_id);

  import "DPI-C" function bit bench_play(
      input chandle bench, input longint unsigned cycle, input bit granted, input bit answered,
      input int unsigned r_data, output int unsigned add, output bit wen, output int unsigned be,
      output int unsigned data, output int unsigned id);

  import "DPI-C" function void bench_play_stop(input chandle bench);

  import "DPI-C" function void bench_event(
      input chandle bench, input longint unsigned cycle, input int core, input int line);

  // Counts of a device's probe for one job (probe_monitor).
  localparam int unsigned Causes = 16;
  localparam int unsigned SlotBits = 48;
  import "DPI-C" function void bench_probe(
      input chandle bench, input longint unsigned cycle, input bit [Causes*SlotBits-1:0] slots);

  // Internal events that a device tells for coverage; see cover_monitor.
  localparam int unsigned CoverEvents = 64;
  import "DPI-C" function void bench_cover(input chandle bench, input longint unsigned events);
  import "DPI-C" function void bench_states(
      input chandle bench, input longint unsigned cycle, input longint unsigned events);

  import "DPI-C" function void bench_violation(
      input chandle bench, input longint unsigned cycle, input int rule);

endpackage
