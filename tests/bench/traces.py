# SPDX-License-Identifier: Apache-2.0
"""Traces of both ports, legal and illegal: written by hand, and random ones with random changes."""

from collections.abc import Mapping

import numpy as np

from tb.agents.control.rules import PeriphRule
from tb.agents.tcdm.rules import TcdmRule
from tests.bench.trace_player import CYCLE_DTYPE, Trace

RANGES = [
    (0x1000, 0x48, False),
    (0x1048, 0x20, False),
    (0x2001, 0x3F, True),
    (0x2040, 0x10, True),
    (2**32 - 8, 24, False),
    (2**32 - 3, 6, True),
]
"""Ranges that a trace may touch; accesses have eight bytes, two ranges reach around the end of memory."""

Cycle = Mapping[str, int]
"""Signals that differ from those of an idle cycle."""

IDLE: Cycle = {"rst_n": 1, "wen": 1, "periph_wen": 1}
RESET: Cycle = {"rst_n": 0}
ANSWER: Cycle = {"r_valid": 1}
PORT_ANSWER: Cycle = {"periph_r_valid": 1, "periph_r_id": 2}


def trace(*cycles: Cycle) -> Trace:
    """A trace that begins in reset and ends idle; each cycle names the signals that are not idle."""
    rows = [RESET] * 3 + [{}] + list(cycles) + [{}] * 2
    result = np.zeros(len(rows), CYCLE_DTYPE)
    for row, signals in zip(result, rows, strict=True):
        for name, value in {**IDLE, **signals}.items():
            row[name] = value
    return result


def load(add: int = 0x1000, *, gnt: int = 1, **signals: int) -> dict[str, int]:
    """A cycle with a read of the wide port."""
    return {"req": 1, "gnt": gnt, "add": add, "be": 0xFF, **signals}


def store(add: int = 0x2004, be: int = 0x0F, *, gnt: int = 1, **signals: int) -> dict[str, int]:
    """A cycle with a write of the wide port."""
    return {"req": 1, "gnt": gnt, "wen": 0, "add": add, "be": be, "data": 0x1122334455667788, **signals}


def access(*, gnt: int = 1, **signals: int) -> dict[str, int]:
    """A cycle with a write of the register port by core 1."""
    fields = {"add": 0x40, "wen": 0, "be": 0xF, "data": 7, "id": 2, **signals}
    return {f"periph_{name}": value for name, value in {"req": 1, "gnt": gnt, **fields}.items()}


WAIT, PORT_WAIT = load(gnt=0), access(gnt=0)

LEGAL: dict[str, Trace] = {
    "idle": trace(),
    "read": trace(load(), ANSWER),
    "reads_back_to_back": trace(load(), load(0x1008) | ANSWER, load(0x1010) | ANSWER, ANSWER),
    "read_waits": trace(WAIT, WAIT, load(), ANSWER),
    "data_of_a_waiting_read_changes": trace(WAIT | {"data": 1}, WAIT | {"data": 2}, load(data=3), ANSWER),
    "grant_without_request": trace({"gnt": 1}, {"gnt": 1, "add": 3}, {}),
    "write": trace(store()),
    "write_waits": trace(store(gnt=0), store(gnt=0), store()),
    "write_is_answered": trace(store(), ANSWER),
    "write_behind_a_read": trace(load(), store() | ANSWER, {}),
    "write_of_no_byte": trace(store(0x9000, 0)),
    "write_over_two_ranges": trace(store(0x203C, 0xFF)),
    "write_of_scattered_bytes": trace(store(0x2000, 0b10100010)),
    "write_around_the_end": trace(store(2**32 - 4, 0b01111110)),
    "reads_at_both_ends": trace(load(0x1040), load(0x1060) | ANSWER, ANSWER),
    "read_around_the_end": trace(load(2**32 - 4), ANSWER),
    "reset_drops_a_request": trace(WAIT, RESET, RESET, {}),
    "reset_drops_a_response": trace(load(), RESET, {}),
    "response_in_reset": trace(load(), RESET | ANSWER, RESET | ANSWER, {}),
    "event": trace({"evt": 0b01}, {}, {"evt": 0b0101}),
    "event_line_in_reset": trace(RESET | {"evt": 0b10}, {}),
    "access": trace(access(), PORT_ANSWER),
    "access_waits": trace(PORT_WAIT, PORT_WAIT, access(), PORT_ANSWER),
    "accesses_back_to_back": trace(access(), access(add=0x44) | PORT_ANSWER, PORT_ANSWER),
    "access_waits_behind_an_answer": trace(access(), PORT_WAIT | PORT_ANSWER, access(), PORT_ANSWER),
    "data_of_a_waiting_register_read_changes": trace(
        access(gnt=0, wen=1), access(gnt=0, wen=1, data=8), access(wen=1, data=9), PORT_ANSWER
    ),
    "reset_drops_an_access": trace(PORT_WAIT, RESET, {}),
    "reset_drops_its_answer": trace(access(), RESET, {}),
    "answer_in_reset": trace(access(), RESET | PORT_ANSWER, RESET | PORT_ANSWER, {}),
    "ids_of_both_accesses": trace(access(), access(id=4) | PORT_ANSWER, PORT_ANSWER | {"periph_r_id": 4}),
}

ILLEGAL: dict[str, tuple[TcdmRule | PeriphRule, Trace]] = {
    "address_changes": (TcdmRule.RQ3_STABLE, trace(WAIT, load(0x1008), ANSWER)),
    "direction_changes": (TcdmRule.RQ3_STABLE, trace(load(0x2004, gnt=0), store(be=0xFF))),
    "enables_change": (TcdmRule.RQ3_STABLE, trace(store(gnt=0), store(be=0x1F))),
    "data_changes": (TcdmRule.RQ3_STABLE, trace(store(gnt=0), store(gnt=0, data=1), store(data=1))),
    "request_retracted": (TcdmRule.RQ4_RETRACTED, trace(WAIT, {}, load(), ANSWER)),
    "request_retracted_late": (TcdmRule.RQ4_RETRACTED, trace(WAIT, WAIT, {})),
    "misaligned": (TcdmRule.ALIGNMENT, trace(load(0x1002), ANSWER)),
    "misaligned_write": (TcdmRule.ALIGNMENT, trace(store(0x2005))),
    "read_enables": (TcdmRule.READ_ENABLES, trace(load(be=0xFE), ANSWER)),
    "read_enables_while_waiting": (
        TcdmRule.READ_ENABLES,
        trace(*[load(gnt=0, be=0)] * 2, load(be=0), ANSWER),
    ),
    "read_before": (TcdmRule.OVER_READ, trace(load(0xFFC), ANSWER)),
    "read_behind": (TcdmRule.OVER_READ, trace(load(0x1064), ANSWER)),
    "read_over_two_ranges": (TcdmRule.OVER_READ, trace(load(0x1044), ANSWER)),
    "read_of_what_may_be_written": (TcdmRule.OVER_READ, trace(load(0x2004), ANSWER)),
    "write_before": (TcdmRule.STRAY_WRITE, trace(store(0x2000, 0b11))),
    "write_behind": (TcdmRule.STRAY_WRITE, trace(store(0x204C, 0b11111))),
    "write_of_what_may_be_read": (TcdmRule.STRAY_WRITE, trace(store(0x1004))),
    "write_over_a_gap": (TcdmRule.STRAY_WRITE, trace(store(2**32 - 4, 0b11111110))),
    "read_not_answered": (TcdmRule.RESPONSE_MISSING, trace(load(), {})),
    "second_read_not_answered": (TcdmRule.RESPONSE_MISSING, trace(load(), load() | ANSWER, {})),
    "answer_while_idle": (TcdmRule.RESPONSE_STRAY, trace(ANSWER)),
    "answer_to_a_waiting_read": (TcdmRule.RESPONSE_STRAY, trace(WAIT, load() | ANSWER, ANSWER)),
    "answered_twice": (TcdmRule.RESPONSE_STRAY, trace(load(), ANSWER, ANSWER)),
    "request_in_reset": (TcdmRule.REQ_IN_RESET, trace(WAIT, RESET | WAIT, RESET, {})),
    "event_line": (TcdmRule.EVENT_LINE, trace({"evt": 0b10})),
    "event_line_of_the_last_core": (TcdmRule.EVENT_LINE, trace({"evt": 0b1001})),
    "access_not_answered": (PeriphRule.PERIPH_RESPONSE, trace(access(), {})),
    "second_access_not_answered": (PeriphRule.PERIPH_RESPONSE, trace(access(), access() | PORT_ANSWER, {})),
    "access_answered_while_idle": (PeriphRule.PERIPH_STRAY, trace(PORT_ANSWER)),
    "access_answered_behind_a_reset": (
        PeriphRule.PERIPH_STRAY,
        trace(access(), RESET | PORT_ANSWER, PORT_ANSWER),
    ),
    "access_answered_while_waiting": (
        PeriphRule.PERIPH_STRAY,
        trace(PORT_WAIT, access() | PORT_ANSWER, PORT_ANSWER),
    ),
    "access_answered_twice": (PeriphRule.PERIPH_STRAY, trace(access(), PORT_ANSWER, PORT_ANSWER)),
    "answer_to_another_core": (PeriphRule.PERIPH_ID, trace(access(), PORT_ANSWER | {"periph_r_id": 4})),
    "access_address_changes": (PeriphRule.PERIPH_STABLE, trace(PORT_WAIT, access(add=0x44), PORT_ANSWER)),
    "access_direction_changes": (PeriphRule.PERIPH_STABLE, trace(PORT_WAIT, access(wen=1), PORT_ANSWER)),
    "access_enables_change": (PeriphRule.PERIPH_STABLE, trace(PORT_WAIT, access(be=1), PORT_ANSWER)),
    "access_data_changes": (PeriphRule.PERIPH_STABLE, trace(PORT_WAIT, access(data=8), PORT_ANSWER)),
    "access_id_changes": (
        PeriphRule.PERIPH_STABLE,
        trace(PORT_WAIT, access(id=4), PORT_ANSWER | {"periph_r_id": 4}),
    ),
    "access_retracted": (PeriphRule.PERIPH_RETRACTED, trace(PORT_WAIT, {})),
    "access_retracted_and_answered": (
        PeriphRule.PERIPH_RETRACTED,
        trace(access(), PORT_WAIT | PORT_ANSWER, {}),
    ),
}
"""Traces by name, each with the one rule that it breaks."""


def random_trace(random: np.random.Generator, cycles: int = 40) -> Trace:
    """A legal trace: random requests, waits, answers, events and resets."""
    rows: list[dict[str, int]] = []
    for _ in range(cycles):
        before = rows[-1] if rows else {}
        if random.random() < 0.03 or (before.get("rst_n") == 0 and random.random() < 0.5):
            rows.append({"rst_n": 0, **_any(random, "r_valid", "periph_r_valid", "evt")})
            continue
        in_reset = before.get("rst_n") == 0
        rows.append(
            {**_wide(random, before), **_port(random, before), "evt": int(random.choice([0, 0, 1, 4, 5]))}
        )
        if in_reset:  # what the memory had in flight may still come
            rows[-1] |= _any(random, "r_valid")
    rows.append({})
    if rows[-2].get("rst_n", 1):
        rows[-1] |= _finish(rows[-2])
    return trace(*rows)


def mutated(random: np.random.Generator, legal: Trace) -> Trace:
    """The trace with one to three signals changed somewhere behind its reset."""
    changed = legal.copy()
    for _ in range(int(random.integers(1, 4))):
        place = int(random.integers(3, changed.size))
        name = str(random.choice(list(_WIDTHS)))
        if random.random() < 0.5 and name in ("add", "periph_add", "data", "be"):
            changed[name][place] ^= 1 << int(random.integers(_WIDTHS[name]))  # near what was there
        else:
            changed[name][place] = int(random.integers(1 << _WIDTHS[name], dtype=np.uint64, endpoint=False))
    return changed


_WIDTHS = {
    **{"rst_n": 1, "req": 1, "gnt": 1, "wen": 1, "r_valid": 1, "evt": 4, "be": 8, "add": 32, "data": 63},
    **{f"periph_{name}": 1 for name in ("req", "gnt", "wen", "r_valid")},
    **{"periph_be": 4, "periph_id": 8, "periph_r_id": 8, "periph_add": 32, "periph_data": 32},
}


def _any(random: np.random.Generator, *names: str) -> dict[str, int]:
    return {name: int(random.integers(2)) for name in names}


def _granted(cycle: Cycle, port: str = "") -> bool:
    return bool(cycle.get(f"{port}req") and cycle.get(f"{port}gnt"))


def _wide(random: np.random.Generator, before: Cycle) -> dict[str, int]:
    """The wide port in a cycle that is not in reset, behind another one."""
    cycle = {"gnt": int(random.random() < 0.6), "data": int(random.integers(1 << 62))}
    if before.get("req") and not _granted(before):
        held = ("req", "wen", "add", "be") if before.get("wen", 1) else ("req", "wen", "add", "be", "data")
        cycle |= {name: before.get(name, IDLE.get(name, 0)) for name in held}
    elif random.random() < 0.6:
        if random.random() < 0.6:
            cycle |= {"req": 1, "wen": 1, "be": 0xFF, "add": 0x1000 + 4 * int(random.integers(17))}
        else:
            add = 0x2000 + 4 * int(random.integers(19))
            allowed = 0xFE if add == 0x2000 else 0xFF
            cycle |= {"req": 1, "wen": 0, "add": add, "be": int(random.integers(256)) & allowed}
    if _granted(before):
        cycle["r_valid"] = 1 if before.get("wen", 1) else int(random.integers(2))
    return cycle


def _port(random: np.random.Generator, before: Cycle) -> dict[str, int]:
    """The register port in a cycle that is not in reset, behind another one."""
    cycle = {"periph_gnt": int(random.random() < 0.6), "periph_data": int(random.integers(1 << 32))}
    if before.get("periph_req") and not _granted(before, "periph_"):
        held = ["req", "wen", "add", "be", "id"] + ([] if before.get("periph_wen") else ["data"])
        cycle |= {f"periph_{name}": before[f"periph_{name}"] for name in held}
    elif random.random() < 0.5:
        cycle |= {
            "periph_req": 1,
            "periph_wen": int(random.integers(2)),
            "periph_be": int(random.integers(16)),
        }
        cycle |= {"periph_add": 4 * int(random.integers(22)), "periph_id": 1 << int(random.integers(8))}
    return cycle | _answer(before)


def _answer(before: Cycle) -> dict[str, int]:
    return {"periph_r_valid": 1, "periph_r_id": before["periph_id"]} if _granted(before, "periph_") else {}


def _finish(before: Cycle) -> dict[str, int]:
    """An idle cycle behind the last one: waiting requests are granted in reset's stead."""
    waits = before.get("req") and not _granted(before)
    waits = waits or (before.get("periph_req") and not _granted(before, "periph_"))
    if waits:
        return dict(RESET)
    return {"r_valid": int(_granted(before)), **_answer(before)}
