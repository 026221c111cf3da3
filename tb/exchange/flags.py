# SPDX-License-Identifier: Apache-2.0
"""Options of Verilator that a descriptor may add, and those that would break the bench."""

from tb.schema import Where

_ELSEWHERE = {
    "`sources` and lists": ("f", "F", "y", "v", "+libext+"),
    "`includes`": ("I", "+incdir+"),
    "`defines`": ("D", "+define+", "U"),
    "`parameters`": ("G", "pvalue+"),
    "`top`": ("top", "top-module"),
}
_JOINED = ("I", "D", "U", "G", "+libext+", "+incdir+", "+define+", "pvalue+")
_OF_THE_BENCH = (
    *("Mdir", "o", "exe", "binary", "build", "main", "cc", "sc", "prefix", "mod-prefix", "lint-only", "E"),
    *("xml-only", "json-only", "dpi-hdr-only", "hierarchical", "lib-create", "protect-lib"),
    *("vpi", "trace", "trace-fst", "trace-vcd", "trace-saif", "coverage", "coverage-line", "coverage-toggle"),
    *("coverage-user", "savable", "timing", "no-timing", "x-assign", "x-initial", "timescale"),
)


def check_flag(flag: str, where: Where) -> None:
    """Refuse an option of Verilator that would break the bench, or that has a key of its own.

    Raises:
        SchemaError: It says what to do instead.
    """
    name = flag.lstrip("-").partition("=")[0] if flag.startswith("-") else flag
    for key, names in _ELSEWHERE.items():
        joined = next((each for each in names if each in _JOINED and name.startswith(each)), None)
        if name in names or joined:
            raise where.error(f"'{flag}' has a key of its own; write it in {key}")
    if name in _OF_THE_BENCH:
        raise where.error(f"'{flag}' would break the bench, which sets it itself; remove it")
