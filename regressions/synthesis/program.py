# SPDX-License-Identifier: Apache-2.0
"""Programs in C++ that evaluate the cells of a device (`cells/netlist.h`)."""

from pathlib import Path

from models.cxx import compiler
from models.included import files
from models.places import cache_folder
from regressions import orphans
from regressions.errors import UserError
from regressions.simulators.cache import build_once, content_key
from tb.exchange.device import Descriptor

_CELLS = Path(__file__).with_name("cells")


def cells_program(source: Path, device: Descriptor, *folders: Path) -> Path:
    """Compile a program for a device's width of the port, or find it in the cache.

    `folders` have the headers that it includes, beside those of cells.

    Raises:
        UserError: There is no compiler, or it fails.
    """
    places = (*folders, _CELLS)
    options = ["-std=c++20", "-O2", "-pthread", f"-DPAYLOAD_BITS={device.instance.dw}"]
    try:
        chosen = compiler()
    except OSError as error:
        raise UserError(str(error)) from None

    def make(folder: Path) -> None:
        command = [*chosen.command(folder / "scratch"), *options, *(f"-I{place}" for place in places)]
        with (folder / "compiler.log").open("w") as log:
            done = orphans.run(
                [*command, str(source), "-o", str(folder / source.stem)], stdout=log, stderr=log
            )
        if done.returncode:
            first = ((folder / "compiler.log").read_text().splitlines() or ["no message"])[0]
            raise UserError(f"{chosen.name} on {source.name} with cells: {first}")

    key = content_key(files(source, places), [chosen.version, *options])
    return build_once(cache_folder(), f"cells-{source.stem}", key, make)[0] / source.stem
