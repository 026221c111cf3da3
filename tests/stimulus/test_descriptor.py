# SPDX-License-Identifier: Apache-2.0
"""Tests of descriptors: their TOML, bounds, known issues, and one line for each error."""

from pathlib import Path

import pytest

from models import timing
from models.formats import Format, Formats
from models.ops import Op
from models.timing import Instance
from tb.cluster.config import cluster_of
from tb.descriptor import available, load, summary
from tb.exchange.attributes import occasions
from tb.exchange.bound import Bound
from tb.exchange.job import Job
from tb.exchange.scenario import Scenario, Window
from tb.schema import SchemaError

MINIMAL = """
schema = 1
name = "mine"
top = "my_top"
sources = ["a.sv"]
instance = {h = 4, l = 12, p = 3, dw = 256}
operations = ["GEMM", "MATMUL"]
formats = ["FP16", "E4M3"]
"""
SECTION8 = '[bound]\nkind = "section8"\n'
FULL = MINIMAL + SECTION8
LINEAR = '[bound]\nkind = "linear"\nbase = 3.5\nper_output = 5\nper_step = 2\nstall_factor = 1.25\n'


def job(
    op: Op = Op.GEMM, m: int = 3, n: int = 4, k: int = 5, fmt: Formats = Format.FP16, core: int = 0
) -> Job:
    return Job(op, m, n, k, 1, 2, 3, fmt=fmt, core=core)


def write(folder: Path, text: str) -> Path:
    (folder / "a.sv").touch()
    path = folder / "mine.toml"
    path.write_text(text)
    return path


BASED = 'base = "mine.toml"\nname = "other"\ninstance = {h = 8}\n'


def test_a_descriptor_with_a_base_holds_what_differs(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    write(tmp_path / "below", "parameters = {H = 4, L = 12}\n" + FULL)
    path = tmp_path / "other.toml"
    path.write_text(BASED.replace("mine.toml", "below/mine.toml") + "parameters = {H = 8}\n")
    device = load(path)
    assert (device.name, device.path, device.top) == ("other", path, "my_top")
    assert device.instance == Instance(8, 12, 3, 256)
    assert device.parameters == {"H": 8, "L": 12}
    assert device.sources == ((tmp_path / "below" / "a.sv").resolve(),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (BASED, "base: 'mine.toml' leads back to this descriptor"),
        (BASED.replace("mine", "theirs"), "base: no descriptor 'theirs.toml'"),
        ("base = 3", "base: no descriptor '3'"),
    ],
)
def test_a_base_that_cannot_be(tmp_path: Path, text: str, what: str) -> None:
    assert what in message(tmp_path, text)


def message(folder: Path, text: str) -> str:
    path = write(folder, text)
    with pytest.raises(SchemaError) as caught:
        load(path)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def test_every_device_of_the_project_loads() -> None:
    assert "serial" in available()
    for name in available():
        device = load(name)
        assert device.name == name
        assert all(path.is_file() for path in (*device.sources, *device.waivers, *device.binds))
        assert all(path.is_dir() for path in device.includes)
        assert device.bound(job(fmt=device.formats[0], op=device.operations[0])) > 0


def test_minimal(tmp_path: Path) -> None:
    device = load(write(tmp_path, FULL))
    assert device.sources == (tmp_path / "a.sv",)
    assert device.instance == Instance(4, 12, 3, 256)
    assert device.operations == (Op.GEMM, Op.MATMUL)
    assert device.n_cores == 8
    assert device.cycle_bound == Bound(kind="section8")
    assert device.bound(job(), 10) == timing.bound(device.instance, Op.GEMM, 3, 4, 5, Format.FP16, 10)
    assert summary(device) == {"dut": "mine", "parameters": {}}


def test_parameters_of_the_top_module_give_instance_and_cores(tmp_path: Path) -> None:
    text = MINIMAL.replace("instance = {h = 4, l = 12, p = 3, dw = 256}", "instance = {p = 3, h = 4}")
    device = load(
        write(tmp_path, 'parameters = {H = 4, L = 8, DW = 128, N_CORES = 3, P = "3"}' + text + SECTION8)
    )
    assert device.instance == Instance(4, 8, 3, 128)
    assert device.n_cores == 3
    assert device.parameters["P"] == "3", "a text is passed on as it is, and compared with nothing"


def test_a_lone_core_has_no_access_ids_unless_the_descriptor_says_so(tmp_path: Path) -> None:
    def ids(text: str) -> bool:
        return load(write(tmp_path, text)).registers.access_ids

    assert ids(FULL)
    assert ids("n_cores = 2" + FULL)
    assert not ids("n_cores = 1" + FULL)
    assert not ids("parameters = {N_CORES = 1}" + FULL + "[registers]\nqueue = 2\n")
    assert ids("n_cores = 1" + FULL + "[registers]\naccess_ids = true\n")
    base = tmp_path / "mine.toml"
    write(tmp_path, "n_cores = 1" + FULL + "[registers]\naccess_ids = true\n")
    (tmp_path / "other.toml").write_text(f'base = "{base.name}"\nname = "other"\n')
    assert load(tmp_path / "other.toml").registers.access_ids
    assert load("cluster_1").registers.access_ids, "its programs know the contract's registers"


def test_sources_keep_their_order_globs_are_sorted_tokens_resolve(tmp_path: Path) -> None:
    for name in ("z.sv", "b.sv", "pkg.sv"):
        (tmp_path / name).touch()
    many = [f"{number * 7919 % 101:03}.sv" for number in range(40)]
    (tmp_path / "many").mkdir()
    for name in many:
        (tmp_path / "many" / name).touch()
    text = MINIMAL.replace('["a.sv"]', '["{fpnew}/fpnew_pkg.sv", "pkg.sv", "*.sv", "{common_cells}/lzc.sv"]')
    device = load(write(tmp_path, 'includes = ["{common_cells_include}"]' + text + SECTION8))
    assert [p.name for p in device.sources] == ["fpnew_pkg.sv", "pkg.sv", "a.sv", "b.sv", "z.sv", "lzc.sv"]
    ordered = load(write(tmp_path, FULL.replace('"a.sv"', '"many/*.sv"'))).sources
    assert [p.name for p in ordered] == sorted(many)
    assert (device.includes[0] / "common_cells" / "registers.svh").is_file()


def test_linear_bound(tmp_path: Path) -> None:
    device = load(write(tmp_path, MINIMAL + LINEAR + "operations = {MATMUL = {per_output = 4}}\n"))
    assert device.bound(job()) == int(3.5 + 5 * 15 + 2 * 60)
    assert device.bound(job(), 2) == 201  # 3.5 + 75 + 120 + 2.5
    assert device.bound(job(Op.MATMUL)) == int(3.5 + 4 * 15 + 2 * 60)
    assert device.bound(job(m=0)) == 3


def test_multiple_of_the_contract_s_bound(tmp_path: Path) -> None:
    text = (
        FULL + "factor = 1.5\nconstant = 10\noperations = {MATMUL = {factor = 2}, MAXMIN = {constant = 0}}\n"
    )
    device, plain = load(write(tmp_path, text)), load(write(tmp_path, FULL))
    for op, factor, constant in ((Op.GEMM, 1.5, 10), (Op.MATMUL, 2, 10), (Op.MAXMIN, 1.5, 0)):
        assert device.bound(job(op), 3) == int(factor * plain.bound(job(op), 3) + constant)


def test_supports(tmp_path: Path) -> None:
    device = load(write(tmp_path, "n_cores = 2" + FULL))
    assert device.supports(job()) is None
    assert device.supports(job(Op.MINMAX)) == "mine has no operation MINMAX"
    assert device.supports(job(fmt=Format.BF16)) == "mine has no format BF16"
    mix = job(fmt=(Format.E4M3, Format.FP16, Format.FP16))
    assert device.supports(mix) == "mine has one format for all operands, the job wants E4M3/FP16/FP16"
    assert load(write(tmp_path, "mixed_formats = true" + FULL)).supports(mix) is None
    assert device.supports(job(core=2)) == "mine has 2 cores, the job wants core 2"


def test_known_issues(tmp_path: Path) -> None:
    issues = """
[[known_issues]]
id = "odd"
reason = "tracker 17"
expect = ["memory", "rule 12"]
when = 'z_addr % 4 in [1, 3] and op == "GEMM" and m == 3'
[[known_differences]]
id = "always"
reason = "by design"
expect = "bound"
"""
    device = load(write(tmp_path, FULL + issues))
    odd, always = device.known
    assert (odd.id, odd.expect) == ("odd", ("memory", "rule 12"))
    assert (always.id, always.expect) == ("always", ("bound",))
    even = Job(Op.GEMM, 3, 4, 5, 1, 2, 8)
    for each, concerned in [(job(), True), (job(Op.MATMUL), False), (job(m=4), False), (even, False)]:
        (occasion,) = occasions(Scenario(0, (each,), Window(0, 0x100)))
        assert (odd.concerns(occasion), always.concerns(occasion)) == (concerned, True)


ISSUE = '[[known_issues]]\nid = "a"\nreason = "b"\nexpect = "memory"\n'
KNOWN = FULL + ISSUE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soruces = []" + FULL, "soruces: unknown key 'soruces'; did you mean 'sources'"),
        (MINIMAL, "key 'bound' is missing"),
        (FULL.replace("schema = 1", "schema = 2"), "schema: value 2 is out of range"),
        (FULL.replace('"a.sv"', '"b.sv"'), "sources[0]: no file matches 'b.sv' (looked for"),
        (FULL.replace('"a.sv"', '"x*.sv"'), "sources[0]: no file matches 'x*.sv'"),
        (FULL.replace('"a.sv"', '"{fpnwe}/a.sv"'), "did you mean '{fpnew}'"),
        ('includes = ["none"]' + FULL, "includes[0]: 'none' is no folder"),
        (FULL.replace('"GEMM"', '"GEMN"'), "operations[0]: unknown operation 'GEMN'; did you mean 'GEMM'"),
        (FULL.replace("dw = 256", "dw = 250"), "instance: the port's payload has a multiple of 32"),
        (FULL.replace("h = 4", "h = 0"), "instance.h: value 0 is out of range"),
        (FULL.replace("h = 4, ", ""), "instance.h: is missing; give it, or the parameter H"),
        ("parameters = {H = 8}" + FULL, "instance.h: 4, but the parameter H is 8; remove"),
        ("parameters = {N_CORES = 9}" + FULL, "n_cores: value 9 is out of range"),
        ("n_cores = 2\nparameters = {N_CORES = 4}" + FULL, "n_cores: 2, but the parameter N_CORES is 4"),
        ("parameters = {A = 1.5}" + FULL, "parameters.A: expected an integer or a string, got 1.5"),
        (FULL.replace("section8", "section9"), "bound.kind: unknown value 'section9'"),
        (FULL + "base = 3", 'bound.base: has no meaning for kind = "section8"'),
        (
            FULL + "operations = {GEMM = {per_step = 3}}",
            'bound.operations.GEMM.per_step: has no meaning for kind = "section8"',
        ),
        (MINIMAL + LINEAR + "factor = 2", 'bound.factor: has no meaning for kind = "linear"'),
        (
            MINIMAL + LINEAR.replace("per_step = 2\n", ""),
            "bound: key 'per_step' is missing for kind = \"linear\"",
        ),
        (MINIMAL + LINEAR + "operations = {GEM = {}}", "bound.operations.GEM: unknown operation 'GEM'"),
        (KNOWN + ISSUE, "known_issues[1]: id 'a' is used twice"),
        (KNOWN + "match = {m = 1}", "known_issues[0].match: unknown key 'match'"),
        (KNOWN + 'when = "mm == 1"', "known_issues[0].when: unknown attribute 'mm'"),
        (KNOWN + "when = 3", "known_issues[0].when: expected a string"),
        (
            FULL + ISSUE.replace("memory", "mismatch"),
            "known_issues[0].expect: 'mismatch' is a status; name the checkers that find it. Known: rule N",
        ),
        (
            FULL + ISSUE.replace("memory", "memry"),
            "known_issues[0].expect: unknown checker 'memry'; did you mean 'memory'?",
        ),
        (FULL + ISSUE.replace('"memory"', "[]"), "known_issues[0].expect: expected"),
        ("schema = ", "malformed TOML"),
    ],
)
def test_errors_are_one_line(tmp_path: Path, text: str, words: str) -> None:
    assert words in message(tmp_path, text)


def test_unknown_device() -> None:
    with pytest.raises(SchemaError, match=r"unknown device 'seral'; did you mean 'serial'\? Known: .*serial"):
        load("seral")


def test_missing_descriptor(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"none.toml: no such file"):
        load(tmp_path / "none.toml")


def test_clusters_are_listed_apart_from_devices_alone() -> None:
    alone, clusters = available(), available(kind="cluster")
    assert {"redmule", "serial"} <= set(alone)
    assert {"cluster_1", "cluster_2", "cluster_4", "cluster_8"} <= set(clusters)
    assert all(load(name).kind == "accelerator" for name in alone)
    for name in clusters:
        device = load(name)
        assert device.kind == "cluster"
        config = cluster_of(device)
        assert (config.cores, config.instance) == (device.n_cores, device.instance)
        assert device.cover is None
