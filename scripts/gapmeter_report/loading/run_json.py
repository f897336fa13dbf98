"""Reads run.json: the kernels of a run and where it was made, strictly."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.texts import check_kernel_name, one_line, read_text

# Version 3 has slices between probes; the tables of both are read alike.
READABLE_SCHEMAS = (2, 3)


class Rung(NamedTuple):
    """A step of a kernel's ladder: what it is called there, and the variant that stands on it."""

    name: str
    variant: str


@dataclass(frozen=True)
class Service:
    """How the servers of a kernel were asked: when requests left, and on which processors the
    servers and the client ran."""

    schedule: str
    server_cpus: tuple[int, ...]
    client_cpus: tuple[int, ...]


@dataclass(frozen=True)
class Kernel:
    """What run.json says about one kernel; `ladder` is empty where it declares none.

    `service` is what kernels of servers have: their n is a rate, not a size.
    """

    name: str
    title: str
    baseline: str | None = None
    reference: str | None = None
    item: str | None = None
    claims: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()
    service: Service | None = None


@dataclass(frozen=True)
class Cache:
    """One level of the data cache that a core sees."""

    level: int
    size_bytes: int


@dataclass(frozen=True)
class Environment:
    """Where and when the run was made; None is what run.json does not say.

    `limits` is what the machine reaches in simple loops: read_bytes_per_s and others.
    """

    cpu: str | None = None
    python_version: str | None = None
    started: str | None = None
    caches: tuple[Cache, ...] = ()
    limits: dict[str, float] = field(default_factory=dict)


def read_run_json(path: Path) -> dict[str, Any]:
    """All of the file as it is, or LoadError: no JSON object, or one of another schema version."""
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise LoadError(
            f"{path}: line {error.lineno} is not JSON ({error.msg}); the run may have been cut "
            "short: finish it with `gapmeter run --resume`"
        ) from None
    if not isinstance(content, dict):
        raise LoadError(f"{path}: must be a JSON object; run `gapmeter run` again")
    version = content.get("schema_version")
    if version not in READABLE_SCHEMAS or isinstance(version, bool):
        known = " and ".join(str(readable) for readable in READABLE_SCHEMAS)
        raise LoadError(
            f"{path}: schema_version is {version!r}, these scripts read {known}; use the scripts "
            "of the gapmeter that wrote it"
        )
    return content


def kernels_of(metadata: dict[str, Any], path: Path) -> dict[str, Kernel]:
    """The kernels that run.json describes, by name, or LoadError."""
    if "kernels" not in metadata:
        raise LoadError(f"{path}: 'kernels' is missing; run `gapmeter run` again")
    kernels = {}
    for name, about in _object(metadata, "kernels", path).items():
        check_kernel_name(name, str(path))
        if not isinstance(about, dict):
            raise LoadError(f"{path}: kernels.{name} must be an object; run `gapmeter run` again")
        claims = about.get("claims") or []
        if not isinstance(claims, list):
            raise LoadError(f"{path}: kernels.{name}.claims must be a list; correct it")
        kernels[name] = Kernel(
            name=name,
            title=_line(about, "title", path) or name,
            baseline=_line(about, "baseline", path),
            reference=_line(about, "reference", path),
            item=_line(about, "item", path),
            claims=tuple(str(claim) for claim in claims),
            ladder=_ladder(about.get("ladder") or [], f"{path}: kernels.{name}.ladder"),
            service=_service(about.get("service"), f"{path}: kernels.{name}.service"),
        )
    return kernels


def _service(entry: Any, where: str) -> Service | None:
    if entry is None:
        return None
    try:
        server, client = (
            tuple(int(cpu) for cpu in entry.get(key, [])) for key in ("server_cpus", "client_cpus")
        )
        return Service(one_line(entry["schedule"]), server, client)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise LoadError(
            f"{where} must be an object with schedule, a text, and server_cpus and client_cpus, "
            "lists of processors; run `gapmeter run` again"
        ) from None


def _ladder(entries: Any, where: str) -> tuple[Rung, ...]:
    """The rungs in their order; a variant that stood on two would be a step to itself."""
    try:
        rungs = tuple(Rung(_name(entry, "rung"), _name(entry, "variant")) for entry in entries)
    except (KeyError, TypeError):
        raise LoadError(
            f"{where} must be a list of objects with rung and variant, both texts; correct it, or "
            "remove it to draw the variants by their times"
        ) from None
    variants = [rung.variant for rung in rungs]
    for variant in variants:
        if variants.count(variant) > 1:
            raise LoadError(f"{where}: {variant} stands on two rungs; remove one of them")
    return rungs


def _name(entry: Any, key: str) -> str:
    if not isinstance(entry[key], str) or not one_line(entry[key]):
        raise TypeError(key)
    return one_line(entry[key])


def environment_of(metadata: dict[str, Any], path: Path) -> Environment:
    """What run.json says about the machine and the start, or LoadError."""
    machine = _object(metadata, "machine", path)
    return Environment(
        cpu=_line(machine, "cpu", path),
        python_version=_line(_object(metadata, "python", path), "version", path),
        started=_line(metadata, "started", path),
        caches=_caches(machine.get("caches") or [], path),
        limits=_limits(_object(machine, "limits", path), path),
    )


def _limits(entries: dict[str, Any], path: Path) -> dict[str, float]:
    for name, value in entries.items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or value <= 0:
            raise LoadError(
                f"{path}: machine.limits.{name} must be a number above 0; correct it, or remove it "
                "to draw without it"
            )
    return {name: float(value) for name, value in entries.items()}


def _caches(entries: Any, path: Path) -> tuple[Cache, ...]:
    """One entry per level; instruction caches hold none of the working set."""
    levels: dict[int, Cache] = {}
    try:
        for entry in entries:
            if entry.get("type") != "Instruction":
                cache = Cache(level=int(entry["level"]), size_bytes=int(entry["size_bytes"]))
                levels.setdefault(cache.level, cache)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise LoadError(
            f"{path}: machine.caches must be a list of objects with level, type and size_bytes; "
            "correct it, or remove it to draw without cache marks"
        ) from None
    return tuple(levels[level] for level in sorted(levels))


def _object(parent: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LoadError(f"{path}: {key!r} must be an object; run `gapmeter run` again")
    return value


def _line(parent: dict[str, Any], key: str, path: Path) -> str | None:
    value = parent.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise LoadError(f"{path}: {key!r} must be a string; run `gapmeter run` again")
    return one_line(value) or None
