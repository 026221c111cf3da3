# SPDX-License-Identifier: Apache-2.0
"""Saved views of waves, for GTKWave and Surfer: ports, and signals that the descriptor names."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from regressions.waves.names import signals
from tb.exchange.device import Descriptor

GTKWAVE, SURFER = "waves.gtkw", "waves.sucl"
PICOSECONDS = 2000
"""Of a clock cycle (`tb/sv/tb_top.sv`)."""

_TOP = "tb_top"
_DEVICE = "i_dut.i_device"
_GROUPS: Mapping[str, Sequence[str]] = {
    "bench": ("clk", "rst_n", "cycle_q", "busy", "evt"),
    "wide_port": tuple(
        f"tcdm_{name}" for name in ("req", "gnt", "wen", "add", "be", "data", "r_valid", "r_data")
    ),
    "register_port": (
        *("port_req", "periph_gnt", "port_wen", "port_add", "port_data", "periph_r_valid", "periph_r_data"),
    ),
}
_ONE_BIT, _HEXADECIMAL, _DECIMAL, _COMMENT = "@28", "@22", "@24", "@200"  # how GTKWave shows what follows


def write_views(waves: Path, device: Descriptor, first: int, last: int) -> tuple[Path, Path]:
    """Write views that show some cycles beside a file of waves, and return their paths.

    Args:
        waves: The file.
        device: The device.
        first: Edge of the first cycle, at which the marker stands.
        last: Edge of the last cycle.

    Raises:
        UserError: The signals of the file cannot be read.
    """
    groups = list(_groups(signals(waves), device))
    begin, end = edge_time(first), edge_time(last)
    gtkwave, surfer = waves.with_name(GTKWAVE), waves.with_name(SURFER)
    gtkwave.write_text("\n".join(_gtkwave(waves, groups, begin, end)) + "\n", encoding="utf-8")
    surfer.write_text("\n".join(_surfer(groups, begin)) + "\n", encoding="utf-8")
    return gtkwave, surfer


def edge_time(edge: int) -> int:
    """Return the time of a rising edge of the clock in picoseconds."""
    return PICOSECONDS * edge + PICOSECONDS // 2


def _groups(there: Mapping[str, str], device: Descriptor) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Title of each group, and name and range of those of its signals that the file has."""
    tops = [name.removesuffix(f".{_TOP}.clk") for name in there if name.endswith(f"{_TOP}.clk")]
    root = f"{tops[0]}.{_TOP}" if tops and not tops[0].startswith(_TOP) else _TOP
    groups = {title: [f"{root}.{name}" for name in names] for title, names in _GROUPS.items()}
    for path in device.view:
        groups.setdefault(path.rpartition(".")[0] or device.top, []).append(f"{root}.{_DEVICE}.{path}")
    for title, names in groups.items():
        found = [(name, there[name]) for name in names if name in there]
        if found:
            yield title, found


def _gtkwave(
    waves: Path, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], begin: int, end: int
) -> Iterator[str]:
    # 200 pixels show so many picoseconds as this power of two: the job fills a window.
    zoom = (max(end - begin, PICOSECONDS) // 5).bit_length()
    yield f'[dumpfile] "{waves.resolve()}"'
    yield f"[timestart] {max(begin - (end - begin) // 20, 0)}"
    yield "[size] 1600 1000"
    yield f"*-{zoom}.0 {begin}" + " -1" * 26
    for title, names in groups:
        yield from (_COMMENT, f"-{title}")
        for name, bits in names:
            shown = _DECIMAL if name.endswith("cycle_q") else _HEXADECIMAL if bits else _ONE_BIT
            yield from (shown, f"{name}{bits}")


def _surfer(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]], begin: int) -> Iterator[str]:
    for title, names in groups:
        yield f"divider_add {title}"
        yield from (f"variable_add {name}" for name, _ in names)
    yield f"cursor_set {begin}"
    yield "goto_cursor"
