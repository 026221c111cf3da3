# SPDX-License-Identifier: Apache-2.0
"""Register maps of devices that bring their own: read from SystemRDL, or made of places alone.

Either way a SystemRDL description in the bench's own terms is written below ``build/registers``, from which
the pyuvm model comes as that of the contract does. Registers of roles that are no part of a job have the
names of the contract, so that tests, model and messages speak of TRIGGER and STATUS on every device.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tb.exchange.device import Descriptor
from tb.exchange.registers import CONTRACT_REGISTERS, Registers
from tb.exchange.roles import CONTROL, Constant, Place, Roles, place_of
from tb.registers.generate import RDL, register_map
from tb.registers.made import RegisterModelError, made_once, registers_folder
from tb.registers.map import CONTEXTS, Register, RegisterField, RegisterMap
from tb.schema import Where, unknown

_FILE = "registers.rdl"
_WRITTEN = ("trigger", "commit", "clear")


def registers_of(device: Descriptor) -> RegisterMap:
    """Return the register map of a device, with the rules that its descriptor gives; one object each."""
    return _registers(msgspec.json.encode(device.registers), device.mixed_formats, device.fault_tolerant)


def contexts_of(rules: Registers) -> int:
    """Return the contexts that the contract's register map shows, where it is the device's."""
    return CONTEXTS if rules.own or rules.status_shows == "busy" else max(CONTEXTS, rules.contexts)


def description_of(device: Descriptor) -> Path:
    """Return the SystemRDL file that says what registers a device has."""
    if not device.registers.own:
        return RDL
    text = "\n".join(_rdl(registers_of(device))) + "\n"
    folder = registers_folder() / hashlib.sha256(text.encode()).hexdigest()[:16]

    def write(new: Path) -> None:
        (new / _FILE).write_text(text)

    return made_once(folder, write) / _FILE


def covered_names(device: Descriptor) -> list[str]:
    """Return the contract's names of the registers that a device has, by their roles."""
    return [name for _, name in _covered(registers_of(device))]


def contract_offsets(device: Descriptor) -> dict[int, int]:
    """Return the offset of the contract's register of the same role by offset; nothing for its own map."""
    if not device.registers.own:
        return {}
    contract = register_map()
    found = dict.fromkeys(contract.offsets().values(), contract.unmapped_offsets[0])
    return found | {offset: contract[name].offset for offset, name in _covered(registers_of(device))}


def _covered(registers: RegisterMap) -> Iterator[tuple[int, str]]:
    """Offsets of registers with a role, and the contract's name for it."""
    contract = register_map()
    stands_for = {"y": "z", "y_offset": "z", "format_in": "format", "format_out": "format"}
    for register in registers.values():
        roles = [role for role, (name, _) in registers.places.items() if name == register.name]
        if register.name in contract:
            yield register.offset, register.name
        elif register.name == CONTROL["commit"]:
            yield register.offset, CONTROL["trigger"]
        elif roles:
            yield register.offset, contract.places[stands_for.get(roles[0], roles[0])][0]


def resolved(given: Registers, where: Where) -> Registers:
    """Return registers whose roles are places, where they name fields of a SystemRDL file.

    Raises:
        SchemaError: The file is wrong, or it has no such field; the nearest name is told.
    """
    if not given.rdl:
        return given
    try:
        described = register_map(Path(given.rdl))
    except RegisterModelError as error:
        raise where.key("rdl").error(str(error)) from None

    def place(role: str, name: Place | str) -> Place:
        if not isinstance(name, str):
            return name
        register, _, field = name.partition(".")
        known = [f"{each.name}.{its.name}" for each in described.values() for its in each.fields]
        if not field and register in described:
            return Place(described[register].offset)
        if name not in known:
            raise unknown("field", name, known, where.key(place_of(role)))
        found = described[register][field]
        return Place(described[register].offset, found.lsb, found.width)

    roles = Roles(**{role: place(role, name) for role, name in given.roles.given().items()})
    constants = tuple(
        Constant(place(f"constants[{index}].place", each.place), each.value)
        for index, each in enumerate(given.constants)
    )
    return replace(given, roles=roles, constants=constants)


@lru_cache(maxsize=16)
def _registers(encoded: bytes, mixed_formats: bool, fault_tolerant: bool) -> RegisterMap:
    rules = msgspec.json.decode(encoded, type=Registers)
    if not rules.own:
        contract = register_map(
            mixed_formats=mixed_formats, contexts=contexts_of(rules), fault_tolerant=fault_tolerant
        )
        return contract if rules == CONTRACT_REGISTERS else RegisterMap(tuple(contract.values()), rules)
    if rules.rdl:
        return RegisterMap(
            tuple(_named(each, rules) for each in register_map(Path(rules.rdl)).values()), rules
        )
    return RegisterMap(tuple(_made(rules)), rules)


def _control(rules: Registers) -> dict[int, str]:
    """Roles of registers that are no part of a job, by offset."""
    found = {role: getattr(rules.roles, role) for role in reversed(CONTROL)}
    return {place.offset: role for role, place in found.items() if isinstance(place, Place)}


def _named(register: Register, rules: Registers) -> Register:
    """A register of the device's own description, with the contract's name if its role has one."""
    role = _control(rules).get(register.offset)
    return (
        register if role is None else Register(CONTROL[role], register.offset, register.fields, register.desc)
    )


def _made(rules: Registers) -> Iterator[Register]:
    """Registers that are made of places alone."""
    control, words = _control(rules), dict[int, dict[str, Place]]()
    places = {
        **rules.roles.given(),
        **{f"constant_{index}": each.place for index, each in enumerate(rules.constants)},
    }
    for role, place in places.items():
        if isinstance(place, Place):
            words.setdefault(place.offset, {})[role] = place
    for offset, fields in sorted(words.items()):
        if offset in control:
            role = control[offset]
            access = (
                "WO" if role in _WRITTEN else "RC" if role == "finished" and rules.finished_cleared else "RO"
            )
            place = fields[role]
            value = RegisterField("VALUE", place.lsb, place.width, access, 0, volatile=access != "WO")
            yield Register(CONTROL[role], offset, (value,))
        else:
            parts = sorted(fields.items(), key=lambda item: item[1].lsb)
            yield Register(
                "_".join(role.upper() for role, _ in parts),
                offset,
                tuple(
                    RegisterField(role.upper(), its.lsb, its.width, "RW", 0, volatile=False)
                    for role, its in parts
                ),
            )


_ACCESS = {"RW": "sw = rw;", "RO": "sw = r; hw = w;", "WO": "sw = w;", "RC": "sw = r; hw = w; onread = rclr;"}


def _rdl(registers: RegisterMap) -> Iterator[str]:
    """SystemRDL of a map, line by line."""
    yield "// SPDX-License-Identifier: Apache-2.0"
    yield "addrmap redmule {"
    yield "    littleendian; addressing = regalign; default regwidth = 32; default accesswidth = 32;"
    yield "    default hw = r;"
    for register in registers.values():
        yield "    reg {"
        for field in register.fields:
            bits = f"{field.name}[{field.lsb + field.width - 1}:{field.lsb}] = {field.reset}"
            yield f"        field {{ {_ACCESS[field.access]} }} {bits};"
        yield f"    }} {register.name} @ {register.offset:#x};"
    yield "};"
