# SPDX-License-Identifier: Apache-2.0
"""The sources of a device as Yosys reads them: one module at the top, others as boxes."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tb.exchange.device import Descriptor
from tb.paths import vendor_folder

_PARAMETER = re.compile(r"^\s*parameter\b[^=;]*?(\w+)\s*=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """SystemVerilog that Yosys reads.

    Attributes:
        sources: files, in the order of compilation
        includes: folders of headers
        defines: macros, name to value
        boxes: modules that are a unit of their own: names of files that the project or its user wrote
    """

    sources: tuple[Path, ...]
    includes: tuple[Path, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    boxes: tuple[str, ...] = ()

    @classmethod
    def of(cls, device: Descriptor) -> "Reading":
        """The sources of a device; those of the installed packages are parts of the units that use them."""
        vendor = vendor_folder()
        own = [
            path.stem
            for path in device.sources
            if vendor is None or not path.resolve().is_relative_to(vendor.resolve())
        ]
        boxes = tuple(name for name in own if not name.endswith("_pkg"))
        return cls(device.sources, device.includes, device.defines, boxes)

    def command(self, top: str, parameters: Mapping[str, object], options: Sequence[str] = ()) -> str:
        """The command that reads the module `top` with these parameters and everything below it."""
        words = ["read_slang", "--top", top, "--ignore-timing", *options]
        for name, value in parameters.items():
            words += ["-G", f"{name}={value}"]
        for folder in self.includes:
            words += ["-I", str(folder)]
        for name, value in self.defines.items():
            words += ["-D", f"{name}={value}" if value else name]
        return " ".join(map(_quoted, [*words, *map(str, self.sources)]))

    @property
    def settable(self) -> Mapping[str, Collection[str]]:
        """Parameters of each box that can be set; Yosys has its constants among them."""
        texts = {path.stem: path.read_text(errors="replace") for path in self.sources}
        return {box: frozenset(_PARAMETER.findall(texts[box])) for box in self.boxes}

    def box_options(self, top: str) -> list[str]:
        """Options by which all boxes but the top stay closed."""
        return [word for box in self.boxes if box != top for word in ("--blackboxed-module", box)]


def _quoted(word: str) -> str:
    """A word as Yosys takes it: it knows double quotes alone."""
    return f'"{word}"' if " " in word else word
