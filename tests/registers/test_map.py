# SPDX-License-Identifier: Apache-2.0
"""The register map: RDL against the contract, generation, cache, plain view against the pyuvm model."""

import re
from pathlib import Path

import pytest

from tb.registers.generate import RDL, RegisterModelError, generate, load_module, register_block, register_map
from tb.registers.made import REPOSITORY
from tb.registers.map import CONTEXTS, Register, RegisterField, RegisterMap, merge_bytes

# Contract A5.1, written down once more: offset, then fields with position, width and access.
CONTRACT = {
    "TRIGGER": (0x00, {"VALUE": (0, 32, "WO")}),
    "ACQUIRE": (0x04, {"JOB_ID": (0, 32, "RO")}),
    "FINISHED": (0x08, {"COUNT": (0, 32, "RC")}),
    "STATUS": (0x0C, {"CONTEXT0": (0, 1, "RO"), "CONTEXT1": (8, 1, "RO")}),
    "RUNNING_JOB": (0x10, {"JOB_ID": (0, 8, "RO")}),
    "SOFT_CLEAR": (0x14, {"VALUE": (0, 32, "WO")}),
    "X_ADDR": (0x40, {"ADDR": (0, 32, "RW")}),
    "W_ADDR": (0x44, {"ADDR": (0, 32, "RW")}),
    "Z_ADDR": (0x48, {"ADDR": (0, 32, "RW")}),
    "MCFG0": (0x4C, {"M": (0, 16, "RW"), "K": (16, 16, "RW")}),
    "MCFG1": (0x50, {"N": (0, 16, "RW")}),
    "MACFG": (0x54, {"FORMAT": (7, 3, "RW"), "OPERATION": (10, 3, "RW")}),
}
TINY = "addrmap tiny { littleendian; reg { field { sw = %s; hw = r; } F[3:0] = 5; } R @ 0x8; };"


def test_rdl_is_the_contract() -> None:
    seen = {
        name: (
            register.offset,
            {field.name: (field.lsb, field.width, field.access) for field in register.fields},
        )
        for name, register in register_map().items()
    }
    assert seen == CONTRACT
    assert all(register.reset == 0 for register in register_map().values())


def test_mixed_formats_extend_macfg_alone() -> None:
    extended = register_map(mixed_formats=True)
    for register, other in zip(extended.values(), register_map().values(), strict=True):
        if register.name != "MACFG":
            assert register == other
    fields = {field.name: (field.lsb, field.width, field.access) for field in extended["MACFG"].fields}
    assert fields == CONTRACT["MACFG"][1] | {
        "MIXED": (16, 1, "RW"),
        "W_FORMAT": (17, 3, "RW"),
        "Z_FORMAT": (20, 3, "RW"),
    }
    assert extended["MACFG"].writable_mask == 0x007F_1F80
    assert register_map()["MACFG"].writable_mask == 0x1F80
    assert all(field.desc for field in extended["MACFG"].fields)
    mixed = register_block(mixed_formats=True)
    assert {field.get_name() for field in mixed.MACFG.get_fields()} == set(fields)


def test_contexts_are_those_of_status_and_of_the_bare_loop() -> None:
    assert [field.name for field in register_map()["STATUS"].fields] == [
        f"CONTEXT{i}" for i in range(CONTEXTS)
    ]
    bare = (REPOSITORY / "regressions" / "speed" / "bare.cpp").read_text()
    assert re.findall(r"kContexts = (\d+);", bare) == [str(CONTEXTS)]


@pytest.mark.parametrize("contexts", [3, 4])
def test_further_contexts_extend_status_alone(contexts: int) -> None:
    for register, other in zip(
        register_map(contexts=contexts).values(), register_map().values(), strict=True
    ):
        if register.name != "STATUS":
            assert register == other
    fields = {
        field.name: (field.lsb, field.width, field.access)
        for field in register_map(contexts=contexts)["STATUS"].fields
    }
    assert fields == {f"CONTEXT{i}": (8 * i, 1, "RO") for i in range(contexts)}
    status = register_block(mixed_formats=True, contexts=contexts).STATUS
    assert {field.get_name() for field in status.get_fields()} == set(fields)


def test_a_fault_tolerant_mode_adds_its_register_and_a_field() -> None:
    extended = register_map(fault_tolerant=True)
    assert set(extended) - set(register_map()) == {"FAULTS"}
    assert [(each.name, each.lsb, each.width, each.access) for each in extended["FAULTS"].fields] == [
        ("REPEATS", 0, 16, "RC"),
        ("UNCORRECTED", 16, 15, "RC"),
        ("HALTED", 31, 1, "RO"),
    ]
    (mode,) = set(extended["MACFG"].fields) - set(register_map()["MACFG"].fields)
    assert (mode.name, mode.lsb, mode.width, mode.access) == ("FAULT_TOLERANT", 24, 1, "RW")
    assert extended.fault_tolerant
    assert not register_map().fault_tolerant


def test_a_map_without_the_parameter_cannot_be_extended(tmp_path: Path) -> None:
    rdl = tmp_path / "tiny.rdl"
    rdl.write_text(TINY % "rw")
    with pytest.raises(RegisterModelError, match="MIXED_FORMATS"):
        generate(rdl, tmp_path / "build", mixed_formats=True)


def test_everything_is_described() -> None:
    for register in register_map().values():
        assert len(register.desc) > 10, register.name
        assert all(field.desc for field in register.fields), register.name


def test_volatile_registers_are_those_the_device_changes() -> None:
    volatile = {name for name, register in register_map().items() if register.volatile}
    assert volatile == {"ACQUIRE", "FINISHED", "STATUS", "RUNNING_JOB"}
    assert [register.name for register in register_map().job_registers] == list(CONTRACT)[6:]


def test_plain_view_equals_the_pyuvm_model() -> None:
    block = register_block()
    registers = register_map()
    assert {reg.get_name(): reg.get_address() for reg in block.get_registers()} == register_map().offsets()
    for reg in block.get_registers():
        plain = registers[reg.get_name()]
        assert reg.get_reset() == plain.reset
        fields = {
            (f.get_name(), f.get_lsb_pos(), f.get_n_bits(), f.get_access(), bool(f.is_volatile()))
            for f in reg.get_fields()
        }
        assert fields == {(f.name, f.lsb, f.width, f.access, f.volatile) for f in plain.fields}


def test_decoding() -> None:
    registers = register_map()
    assert registers.decode(0x4C) is registers["MCFG0"]
    assert registers.decode(0xFFFF_FF4F) is registers["MCFG0"]
    assert registers.decode(0x18) is None
    assert set(registers.unmapped_offsets) == set(range(0, 0x100, 4)) - set(register_map().offsets().values())


def test_pack_and_extract() -> None:
    mcfg0 = register_map()["MCFG0"]
    assert mcfg0.pack(M=3, K=0xFFFF) == 0xFFFF_0003
    assert mcfg0["K"].extract(0xFFFF_0003) == 0xFFFF
    assert mcfg0["M"].extract(0xFFFF_0003) == 3
    assert register_map()["MACFG"].pack(OPERATION=7, FORMAT=1) == 7 << 10 | 1 << 7
    with pytest.raises(ValueError, match=r"MCFG0\.M = 65536 does not fit its 16 bits"):
        mcfg0.pack(M=65536)
    with pytest.raises(KeyError, match="no field 'L'; it has M, K"):
        mcfg0.pack(L=1)
    with pytest.raises(KeyError, match="no register 'MCFG2' in the map; it has TRIGGER"):
        register_map()["MCFG2"]


def test_merge_bytes() -> None:
    assert merge_bytes(0x1122_3344, 0xAABB_CCDD, 0b0101) == 0x11BB_33DD
    assert merge_bytes(0x1122_3344, 0xAABB_CCDD, 0) == 0x1122_3344


def test_map_refuses_what_the_port_cannot_reach() -> None:
    field = (RegisterField("F", 0, 32, "RW", 0, False),)
    with pytest.raises(ValueError, match="at 0x100 cannot be reached"):
        RegisterMap((Register("FAR", 0x100, field),))
    with pytest.raises(ValueError, match="two registers"):
        RegisterMap((Register("A", 0, field), Register("B", 0, field)))


def test_generation_is_cached_by_content(tmp_path: Path) -> None:
    rdl, build = tmp_path / "tiny.rdl", tmp_path / "build"
    rdl.write_text(TINY % "rw")
    first = generate(rdl, build)
    stamp = (first / "map.json").stat().st_mtime_ns
    assert generate(rdl, build) == first
    assert (first / "map.json").stat().st_mtime_ns == stamp
    block = register_block("tiny", rdl, build)
    assert [(reg.get_name(), reg.get_address(), reg.get_reset()) for reg in block.get_registers()] == [
        ("R", 8, 5)
    ]
    rdl.write_text(TINY % "r")
    second = generate(rdl, build)
    assert second != first
    assert register_map(rdl, build)["R"].fields[0].access == "RO"
    assert [path.name for path in build.iterdir() if path.name.startswith(".")] == []


def test_generated_module_is_not_in_the_repository() -> None:
    assert "build" in Path(load_module(generate()).__file__ or "").parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("addrmap x { littleendian; reg { } R; };", "not valid SystemRDL"),
        ((TINY % "rw").replace("littleendian; ", ""), "add 'littleendian;'"),
        (
            (TINY % "rw").replace("hw = r", "hw = r; onwrite = woclr"),
            "access policy the bench does not model",
        ),
    ],
)
def test_bad_rdl_is_explained(tmp_path: Path, text: str, message: str) -> None:
    rdl = tmp_path / "bad.rdl"
    rdl.write_text(text)
    with pytest.raises(RegisterModelError, match=message):
        generate(rdl, tmp_path / "build")
    assert not list((tmp_path / "build").iterdir())


def test_missing_rdl_and_unwritable_folder_are_explained(tmp_path: Path) -> None:
    with pytest.raises(RegisterModelError, match="cannot read the register description"):
        generate(tmp_path / "none.rdl", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(RegisterModelError, match="cannot write generated files below"):
        generate(RDL, tmp_path / "file")
    with pytest.raises(RegisterModelError, match="no generated register model"):
        load_module(tmp_path)
