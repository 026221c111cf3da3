# SPDX-License-Identifier: Apache-2.0
"""Names of the checks of the scoreboard, as findings and descriptors have them."""

CHECKS = {
    "memory": "every byte of the window against the reference model",
    "triggers": "as many triggers reach the device as there are jobs",
    "events": "one pulse a job, after its trigger",
    "event_core": "the event goes to the core that triggered the job",
    "event_after_write": "no write of a job at or after its event",
    "unwritten": "each byte of Z is written, also where memory held its value before",
    "early_request": "no request for a job before its trigger",
    "late_request": "no read after an event with no job queued",
    "queue_gap": "first request of a queued job soon after the last write of the one before",
    "busy": "busy_o against triggers, events and waiting requests",
    "bound": "cycles of each job against its bound with the stalls it met",
    "too_fast": "no job ends sooner than its steps and writes can be done",
    "schedule": "cycles of each job are those of the array's schedule, with the waiting cycles that it met",
    "schedule_causes": "slots of each job have the causes that the schedule gives them",
    "abort": "memory, events and requests after a job was cut short",
    "abort_cycles": "a job behind a cut one takes the cycles it takes alone",
    "causes_record": "the probe counts each job once",
    "causes_total": "the causes of a job sum to its cycles",
    "causes_working": "slots that worked are the job's steps",
    "causes_padding": "slots of padding are those of the job's size",
    "register": "every access of the register port against the reference model of the register file",
    "register_port": "each job can be programmed: grants, responses, a context when one is free",
    "watchdog": "each job ends in time",
    "deputy": "the scoreboard's deputy in C++ against all checks, in one of 32 scenarios",
    "second_opinion": (
        "the reference model against exact integers and against FPnew alone, on a sample of each job"
    ),
}
"""Names in findings of the scoreboard, and the statements that must hold."""
