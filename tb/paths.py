# SPDX-License-Identifier: Apache-2.0
"""The project's folder, and those of the installed package that paths may start with."""

import importlib.util
from pathlib import Path

from tb.schema import Where, alternatives

ROOT = Path(__file__).resolve().parents[1]
_VENDOR = "system_verilog/rtl/vendor"
_TOKENS = {
    "{fpnew}": "pulp_platform_fpnew/src",
    "{common_cells}": "pulp_platform_common_cells/src",
    "{common_cells_include}": "pulp_platform_common_cells/include",
}


def vendor_folder() -> Path | None:
    """The folder of vendored IP in the installed package, found without importing it; None without one."""
    spec = importlib.util.find_spec("pythondata_cpu_cv32e40p")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / _VENDOR


def _vendor(where: Where) -> Path:
    folder = vendor_folder()
    if folder is None:
        raise where.error(
            "package pythondata_cpu_cv32e40p is not installed; run make, which installs requirements.txt"
        )
    return folder


def resolve(text: str, folder: Path, where: Where) -> Path:
    """Return a path with its token replaced; a relative one starts at a folder."""
    if not text.startswith("{"):
        return folder / text
    token, _, rest = text.partition("/")
    if token not in _TOKENS:
        raise where.error(f"unknown token in '{text}'; {alternatives(token, _TOKENS)}")
    return _vendor(where) / _TOKENS[token] / rest


def package_file(text: str) -> Path:
    """A file of the installed package.

    Args:
        text: Its path, with a token as in a descriptor (`{fpnew}/fpnew_pkg.sv`).

    Raises:
        SchemaError: The package is not installed, or the token is none.
    """
    return resolve(text, ROOT, Where(text))
