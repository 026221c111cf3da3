// SPDX-License-Identifier: Apache-2.0
// Numbers of the protocol rules, shared with Python (tb/agents/*/rules.py, compared by a test).
package rules_pkg;

  typedef enum int {
    // Wide port (contract A4 and A6): 1 to 31.
    RULE_RQ3_STABLE      = 1,   // address, direction, byte enables, data hold while waiting
    RULE_RQ4_RETRACTED   = 2,   // a raised request stays until granted
    RULE_ALIGNMENT       = 3,   // byte address a multiple of 4
    RULE_READ_ENABLES    = 4,   // byte enables all ones on a read
    RULE_OVER_READ       = 5,   // a read outside what the running jobs may read
    RULE_STRAY_WRITE     = 6,   // a write to a byte outside Z of the running jobs
    RULE_RESPONSE_MISSING = 7,  // one response, one cycle after the grant of a read
    RULE_REQ_IN_RESET    = 8,   // reset drops the request at once
    RULE_EVENT_LINE      = 9,   // evt_o[core][1] stays 0
    RULE_RESPONSE_STRAY  = 10,  // no response in any other cycle, but after a write
    // Register port (contract A4.10, A4.11): 32 to 63.
    RULE_PERIPH_RESPONSE = 32,  // a response one cycle after each grant
    RULE_PERIPH_ID       = 33,  // the response carries the id of the granted access
    RULE_PERIPH_STABLE   = 34,  // address, direction, enables, data, id hold while waiting
    RULE_PERIPH_RETRACTED = 35, // a raised request stays until granted
    RULE_PERIPH_STRAY    = 36   // no response in any other cycle
  } rule_e;

endpackage
