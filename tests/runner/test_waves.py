# SPDX-License-Identifier: Apache-2.0
"""Names of signals in files of waves, and saved views that open at a job."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from regressions.errors import UserError
from regressions.simulators import fst
from regressions.simulators.base import Build
from regressions.waves import describe_waves
from regressions.waves.names import signals
from regressions.waves.views import edge_time, write_views
from tests.trace.made import ARRAY, ONE_TILE, SECOND, TRIGGER, made

VCD = f"""\
$version x $end
$timescale 1ps $end
 $scope module tb_top $end
  $var wire 1 a clk $end
  $var wire 1 f {40 * "a"} $end
  $var wire 64 b cycle_q [63:0] $end
  $var wire 32 c tcdm_add [31:0] $end
  $scope module i_dut $end
   $scope module i_device $end
    $scope module i_scheduler $end
     $var wire 1 d emit $end
    $upscope $end
    $var wire 2 e x_taken [1:0] $end
   $upscope $end
  $upscope $end
 $upscope $end
$enddefinitions $end
#0
"""
LONG = 40 * "a"
NAMES = {
    "tb_top.clk": "",
    f"tb_top.{LONG}": "",
    "tb_top.cycle_q": "[63:0]",
    "tb_top.tcdm_add": "[31:0]",
    "tb_top.i_dut.i_device.i_scheduler.emit": "",
    "tb_top.i_dut.i_device.x_taken": "[1:0]",
}


def hierarchy() -> bytes:
    """The same as the hierarchy of an FST file has it."""
    data = b"\xfc\x00\x01attribute\x00\x81\x01\xfd"
    scopes: list[str] = []
    for path, bits in NAMES.items():
        *wanted, name = path.split(".")
        while scopes != wanted[: len(scopes)]:
            data += b"\xff"
            scopes.pop()
        for scope in wanted[len(scopes) :]:
            data += b"\xfe\x00" + scope.encode() + b"\x00\x00"
            scopes.append(scope)
        kind = b"\x1a" if name == "cycle_q" else b"\x10"  # longint or wire
        data += kind + b"\x00" + f"{name} {bits}".strip().encode() + b"\x00\xac\x02\x00"
    return data


def packed(data: bytes) -> bytes:
    """A block of LZ4: what comes before the long name, the name as copies of its first letter, the rest."""
    at = data.index(LONG.encode()) + 1
    more, rest = len(LONG) - 1, data[at + len(LONG) - 1 :]
    return _length(at, more - 4, data[:at]) + b"\x01\x00" + _tail(more - 4) + _length(len(rest), 0, rest)


def _length(literals: int, copied: int, data: bytes) -> bytes:
    return bytes([min(literals, 15) << 4 | min(copied, 15)]) + _tail(literals) + data


def _tail(count: int) -> bytes:
    """Rest of a length that does not fit the half byte of its token."""
    return b"" if count < 15 else b"\xff" * ((count - 15) // 255) + bytes([(count - 15) % 255])


def fst_file(block: bytes, size: int) -> bytes:
    """A file with a header and a hierarchy."""
    header = b"\x00" + (329).to_bytes(8, "big") + bytes(321)
    return header + b"\x06" + (len(block) + 16).to_bytes(8, "big") + size.to_bytes(8, "big") + block


@pytest.fixture
def waves(tmp_path: Path) -> Path:
    """Waves as FST."""
    path = tmp_path / "waves.fst"
    data = hierarchy()
    path.write_bytes(fst_file(packed(data), len(data)))
    return path


def test_names_of_vcd(tmp_path: Path) -> None:
    (tmp_path / "waves.vcd").write_text(VCD)
    assert signals(tmp_path / "waves.vcd") == NAMES


def test_names_of_fst(waves: Path) -> None:
    assert signals(waves) == NAMES | {"tb_top.cycle_q": ""}


def test_a_file_that_was_cut_off_is_an_error_of_one_line(waves: Path) -> None:
    content = waves.read_bytes()
    for end in (0, 1, 100, 340, len(content) - 9):
        waves.write_bytes(content[:end])
        with pytest.raises(UserError, match=r"waves\.fst: the signals of the waves cannot be read: "):
            signals(waves)


DEVICE = replace(ARRAY, view=("x_taken", "i_scheduler.emit", "i_scheduler.not_there"))


def test_views_have_ports_and_signals_of_the_device_and_open_at_the_job(waves: Path) -> None:
    gtkwave, surfer = write_views(waves, DEVICE, 21, 145)
    lines = gtkwave.read_text().splitlines()
    assert lines[0] == f'[dumpfile] "{waves}"'
    assert {"tb_top.tcdm_add[31:0]", "tb_top.clk", "tb_top.i_dut.i_device.x_taken[1:0]"} <= set(lines)
    assert "-i_scheduler" in lines
    assert not [line for line in lines if "not_there" in line or LONG in line]
    assert next(line for line in lines if line.startswith("*")).split()[1] == str(edge_time(21))
    assert lines[lines.index("tb_top.clk") - 1] == "@28"
    assert lines[lines.index("tb_top.tcdm_add[31:0]") - 1] == "@22"
    commands = surfer.read_text().splitlines()
    assert commands[-2:] == [f"cursor_set {edge_time(21)}", "goto_cursor"]
    assert "variable_add tb_top.i_dut.i_device.i_scheduler.emit" in commands


def test_signals_that_the_array_names_are_in_its_sources() -> None:
    sources = "".join(path.read_text() for path in (*ARRAY.sources, *ARRAY.binds))
    assert [path for path in ARRAY.view if not re.search(rf"\b{path.rpartition('.')[2]}\b", sources)] == []
    assert len(ARRAY.view) > 20


def test_lines_say_where_waves_and_views_are(waves: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs.npz"
    made((ONE_TILE, SECOND)).write(logs)
    build = Build(DEVICE, "waves", tmp_path, tmp_path, cached=True, waves="waves.fst")
    first, second = describe_waves(tmp_path, build, logs, 0)
    assert first == f"waves: {waves}"
    assert second.startswith("at job 0 of scenario 3: gtkwave ")
    assert f" {edge_time(TRIGGER + 1)} -1" in (tmp_path / "waves.gtkw").read_text()
    assert describe_waves(tmp_path, build, tmp_path / "none.npz", 0) == [first]
    waves.write_bytes(b"")
    assert describe_waves(tmp_path, build, logs, 0)[1].startswith("no view of them: ")


def test_without_the_libraries_waves_are_vcd_for_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fst, "LINK", ("-lthere_is_no_such_library",))
    fst.lacking.cache_clear()
    assert "install liblz4-dev and zlib1g-dev" in fst.lacking()
    fst.lacking.cache_clear()
    build = Build(DEVICE, "waves", tmp_path, tmp_path, cached=True, note="why")
    assert describe_waves(tmp_path, build, tmp_path / "none.npz", 0) == [
        f"waves: {tmp_path / 'waves.vcd'} (why)"
    ]
