// SPDX-License-Identifier: Apache-2.0
// Faults that redmule_faulty can inject; tests/bench/faults.py reads the names and numbers here and
// says what each must provoke.
package fault_pkg;

  typedef enum logic [6:0] {
    None = 7'd0,
    // Results
    WriteFlip = 7'd1,          // one bit of write data
    WriteDropped = 7'd2,       // granted to the device, never seen by the memory
    WriteAddress = 7'd3,       // one word too far
    WriteSpill = 7'd4,         // one byte enable more, outside Z
    ReadLane = 7'd5,           // read data wrong in one lane
    ReadAfterStall = 7'd6,     // read data wrong, but only if the read had to wait
    // Wide port
    Rq3Address = 7'd10,        // changed for a cycle while the request waits, as are the next three
    Rq3Direction = 7'd11,
    Rq3Enables = 7'd12,
    Rq3Data = 7'd13,
    Rq4Retracted = 7'd14,      // taken back for a cycle
    Rq4Spurious = 7'd26,       // an additional read, taken back after a cycle
    Misaligned = 7'd15,        // a read one byte early; the device gets what it wanted all the same
    ReadEnables = 7'd16,
    ReadEarly = 7'd17,         // a read one word before the operand; the device gets what it wanted
    ReadFar = 7'd18,           // an additional read far outside the operands
    WriteFar = 7'd19,          // an additional write where no memory is
    ReqInReset = 7'd20,
    ReadBeforeTrigger = 7'd21,
    ReadBeforeQueued = 7'd22,  // of a queued job, while the one before runs
    ReadAfterEvent = 7'd23,
    QueuedIdle = 7'd27,        // no request for 24 cycles after an event
    MemoryMute = 7'd24,        // the memory does not answer a read
    MemoryExtra = 7'd25,       // the memory answers nothing
    // Events and busy_o
    EventBeforeWrite = 7'd30,  // a write two cycles after the event
    EventWithWrite = 7'd31,    // a write in the cycle of the event
    EventCore = 7'd32,         // to another core
    EventMissing = 7'd33,
    EventLong = 7'd34,         // two cycles
    EventTwice = 7'd35,        // again, three cycles later
    EventBoth = 7'd36,         // to another core as well
    EventReserved = 7'd37,     // evt_o[core][1]
    EventLate = 7'd38,         // one cycle later than the bound
    EventsMerged = 7'd39,      // one cycle for two jobs of different cores
    BusyLate = 7'd40,          // low for three cycles after a trigger's grant
    BusyLow = 7'd41,           // for a cycle in mid job
    BusyStuck = 7'd42,         // one cycle longer than allowed
    BusyIdle = 7'd43,          // high for a cycle without a job
    BusyAllowed = 7'd44,       // low for two cycles after a trigger's grant: no fault
    // Soft clear
    ClearEvent = 7'd47,        // an event three cycles after the clear
    ClearRequest = 7'd48,      // a request five cycles after the clear, one too late
    ClearAllowed = 7'd49,      // a request four cycles after the clear: no fault
    // Register port
    ResponseLate = 7'd50,
    ResponseMissing = 7'd51,
    ResponseSpurious = 7'd52,
    ResponseId = 7'd53,
    TriggerIgnored = 7'd54,
    AcquireRefused = 7'd55,
    AcquireId = 7'd56,         // a job id, but not the next
    GrantNever = 7'd57,
    GrantSlow = 7'd58,         // three cycles before each grant: no fault
    // Probe
    CausesTotal = 7'd60,       // a slot too many
    CausesWorking = 7'd61,     // a slot of another cause
    CausesPadding = 7'd62,     // a slot of another cause
    CausesSilent = 7'd63,      // a job is not counted
    CausesTwice = 7'd64,       // a job is counted twice
    // Hangs, until a reset
    Silent = 7'd65,            // no request any more
    Deaf = 7'd66               // a request that was granted is raised for ever
  } fault_e;

endpackage
