# SPDX-License-Identifier: Apache-2.0
"""Names of signals and parameters in other people's words."""

import re
from dataclasses import dataclass

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_DIRECTIONS = ("i", "o", "io", "in", "out", "ni", "no", "n")
_PORTS = {
    "tcdm": ("tcdm", "mem", "dmem", "data", "hci", "bus", "m", "master", "obi"),
    "periph": ("periph", "cfg", "conf", "config", "ctrl", "control", "reg", "regs", "hwpe", "s", "slave"),
}
_WORDS = {
    "clk": ("clock", "ck"),
    "rst": ("reset", "rstn", "resetn", "nrst", "nreset", "arst", "arstn", "areset", "aresetn"),
    "add": ("addr", "address", "adr"),
    "be": ("strb", "strobe", "byteen", "ben", "wstrb"),
    "gnt": ("grant", "ready", "rdy"),
    "req": ("request",),
    "evt": ("event", "events", "irq", "interrupt"),
    "wen": ("we", "write", "wr"),
    "data": ("wdata",),
    "r": ("resp", "rsp", "read"),
    "r data": ("rdata",),
    "r valid": ("rvalid",),
    "r id": ("rid",),
    "test mode": ("testmode", "scanmode", "testen"),
    "mode": ("en", "enable"),
    "test": ("scan",),
}
_PLAIN = {other: word for word, others in _WORDS.items() for other in others}
_LOW = ("ni", "no", "n", "rstn", "resetn", "nrst", "nreset", "arstn", "aresetn")
_OPPOSITE = ("we", "write", "wr")
_PARAMETERS = {
    "H": ("H", "HEIGHT", "ARRAY_HEIGHT", "COLUMNS", "COLS"),
    "L": ("L", "W", "WIDTH", "ARRAY_WIDTH", "ROWS"),
    "P": ("P", "PIPE", "PIPE_REGS", "NUM_PIPE_REGS", "PIPE_STAGES", "PIPELINE"),
    "DW": ("DW", "DATA_W", "DATA_WIDTH", "DATAWIDTH"),
    "N_CORES": ("N_CORES", "NCORES", "NUM_CORES", "NB_CORES", "N_CORE", "CORES"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a name, by which two names can be compared."""

    words: frozenset[str]
    opposite: bool  # true where the name means 0, or a write where the contract has a read


def meaning(name: str) -> Meaning:
    """Read the name of a port, or of a signal in a port (`bus.req`): its words in the contract's terms."""
    holder, _, own = name.rpartition(".")
    parts = [part.lower() for part in _PARTS.findall(own)]
    opposite = any(part in _OPPOSITE for part in parts)
    if "rst" in {_PLAIN.get(part, part) for part in parts}:
        opposite = not any(part in _LOW for part in parts)
    while len(parts) > 1 and parts[-1] in _DIRECTIONS:
        parts.pop()
    if len(parts) > 1 and parts[0] in ("i", "o"):
        parts.pop(0)
    if holder:
        parts = [*filter(None, [next(filter(None, map(_side, _PARTS.findall(holder))), None)]), *parts]
    elif len(parts) > 1:
        parts[0] = _side(parts[0]) or parts[0]
    words = {word for part in parts for word in _PLAIN.get(part, part).split()}
    if "r" not in words and "valid" in words:
        words = words - {"valid"} | {"req"}
    return Meaning(frozenset(words), opposite)


def _side(part: str) -> str | None:
    """The port of the contract that the first part of a name stands for."""
    return next((port for port, others in _PORTS.items() if part.lower() in others), None)


def parameter(name: str) -> str | None:
    """Return the contract's name of a parameter, or None."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
    return next((own for own, others in _PARAMETERS.items() if plain in others), None)
