# SPDX-License-Identifier: Apache-2.0
"""Farms by name: what ``FARM=`` says, and the settings of ``farm.toml``."""

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from regressions.errors import UserError
from regressions.paths import ROOT, relative

QUEUES = {"slurm": "SLURM", "lsf": "LSF", "pbs": "PBS", "sge": "SGE", "htcondor": "HTCondor"}
"""Job queues, by the name in ``FARM=``, and how dask-jobqueue begins the names of their classes."""

FILE = "farm.toml"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Queue(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of jobs of a queue; each holds `cores` workers."""

    queue: str = ""  # partition or queue; empty for the usual one
    cores: int = 1  # processors of a job
    memory: str = "4GiB"  # of a job
    walltime: str = "01:00:00"  # of a job, as the queue writes it
    minimum: int = 0  # jobs that are there always
    maximum: int = 4  # jobs at most
    environment: tuple[str, ...] = ()  # shell lines before a worker starts
    directives: tuple[str, ...] = ()  # further options of the job, as they stand in its script
    skipped: tuple[str, ...] = ()  # directives that this queue does not know
    host: str = "127.0.0.1"  # address that the scheduler listens on; nodes have to reach it
    scratch: str = ""  # folder of a worker on its node; empty for the node's usual temporary one


class Tls(Struct, frozen=True, forbid_unknown_fields=True):
    """Files of the engine's own encryption, which all sides have."""

    ca: str  # certificate of the authority, PEM
    cert: str  # certificate of this side
    key: str  # its private key


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Content of ``farm.toml``."""

    repeats: int = 4  # times that a simulation is begun at most, if workers are lost with it
    silent: float = 60.0  # seconds after which a worker that says nothing counts as lost
    slow: float = 4.0  # a simulation that takes so many times as long as it should is begun elsewhere too
    march: str = ""  # processor that builds are for, such as x86-64-v3; empty for the runner's own
    store: str = ""  # folder that all nodes share, for what travels; empty for a folder on each node
    queue: Queue = Queue()
    tls: Tls | None = None
    trusted: bool = False  # True if everybody who reaches the scheduler's port may run programs here


NO_SETTINGS = Settings()
"""Settings where there is no file of them."""


@dataclass(frozen=True, slots=True)
class Farm:
    """A farm: how its workers come about, and its settings."""

    kind: Literal["local", "scheduler", "queue"]
    name: str  # as it was asked for
    workers: int = 0  # of a local one
    address: str = ""  # of a running scheduler
    queue: str = ""  # class of a job queue in dask-jobqueue
    settings: Settings = NO_SETTINGS


def parse_farm(text: str) -> Farm:
    """Read ``FARM=``: ``local:4``, ``tcp://host:8786``, or a queue.

    Settings are in ``farm.toml``, or in the file that stands behind it: ``slurm:path.toml``.

    Raises:
        UserError: It is none of these, or the file is not right.
    """
    name, file = text, ROOT / FILE
    if match := re.fullmatch(r"(.+?):([^:]*\.toml)", text):
        name, file = match[1], Path(match[2])
    if name in QUEUES or name != text:
        what = f"how jobs of {name} are asked for" if name in QUEUES else "the settings"
        if not file.exists():
            raise UserError(
                f"FARM={text}: there is no {relative(file)}, which says {what}; "
                "docs/farm.md has one to begin with"
            )
    settings = _settings(file) if file.exists() else NO_SETTINGS
    if match := re.fullmatch(r"local:([1-9]\d{0,3})", name):
        return Farm("local", name, workers=int(match[1]), settings=settings)
    if re.fullmatch(r"(tcp|tls)://[^\s:]+:\d+", name):
        farm = Farm("scheduler", name, address=name, settings=settings)
        return _safe(farm, name.partition("://")[2].rpartition(":")[0])
    if name in QUEUES:
        farm = Farm("queue", name, queue=f"{QUEUES[name]}Cluster", settings=settings)
        return _safe(farm, settings.queue.host)
    raise UserError(f"FARM must be like local:4, tcp://host:8786 or one of {', '.join(QUEUES)}, not {text!r}")


def _safe(farm: Farm, host: str) -> Farm:
    """Refuse a scheduler that others reach, unless it is encrypted or that was asked for."""
    settings = farm.settings
    if host in _LOOPBACK or settings.tls is not None or settings.trusted:
        return farm
    raise UserError(
        f"FARM={farm.name}: whoever reaches the scheduler on {host} can run programs as you: name "
        "certificates in [tls] of farm.toml, or say trusted = true there (docs/farm.md)"
    )


def _settings(file: Path) -> Settings:
    """Read a file of settings."""
    try:
        settings = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise UserError(f"{relative(file)}: {error}; docs/farm.md lists what it may say") from None
    for name in () if settings.tls is None else (settings.tls.ca, settings.tls.cert, settings.tls.key):
        if not os.access(name, os.R_OK):
            raise UserError(
                f"{relative(file)}: [tls] names {name}, which cannot be read: docs/farm.md has "
                "a command that makes one"
            )
    if settings.repeats < 1 or settings.silent <= 0 or settings.slow <= 1:
        raise UserError(f"{relative(file)}: repeats is at least 1, silent above 0, slow above 1")
    if settings.queue.cores < 1 or not 0 <= settings.queue.minimum <= settings.queue.maximum != 0:
        raise UserError(f"{relative(file)}: cores is at least 1, and minimum at most maximum, which is not 0")
    return settings
