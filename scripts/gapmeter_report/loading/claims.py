"""Loads claims.json: what a run has to say about each claim, as `gapmeter report` decided it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.texts import one_line, read_text

OUTCOMES = ("holds", "holds from", "holds up to", "does not hold", "open", "not measured here")


@dataclass(frozen=True)
class Finding:
    """A number with its interval, as text; it decided the claim if it was held against a line."""

    what: str
    kernel: str
    n: int | None
    text: str
    line: float | None


@dataclass(frozen=True)
class Claim:
    """A claim, how it is decided, and what became of it."""

    id: str
    topic: str
    claim: str
    rule: str
    kernels: tuple[str, ...]
    depends_on: tuple[tuple[str, str | None], ...]  # what, and which one it was if recorded
    outcome: str
    verdict: str
    n: int | None
    reason: str
    findings: tuple[Finding, ...]


def load_claims(path: Path) -> list[Claim]:
    """Load claims.json, or raise LoadError."""
    try:
        entries = json.loads(read_text(path))
        return [_claim(entry) for entry in _of(list, entries, "all of it")]
    except json.JSONDecodeError as error:
        raise _fault(path, f"line {error.lineno} is not JSON ({error.msg})") from None
    except KeyError as error:
        raise _fault(path, f"{error} is missing from a claim") from None
    except ValueError as error:
        raise _fault(path, str(error)) from None


def _fault(path: Path, fault: str) -> LoadError:
    return LoadError(f"{path}: {fault}; write it with `gapmeter claims DIR --format json`")


def _claim(entry: Any) -> Claim:
    entry = _of(dict, entry, "a claim")
    texts = ("id", "topic", "claim", "rule", "verdict", "reason")
    outcome = entry["outcome"]
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome is {outcome!r}, not one of {', '.join(OUTCOMES)}")
    return Claim(
        **{name: _text(entry, name) for name in texts},
        outcome=outcome,
        n=_optional_number(entry, "n"),
        kernels=tuple(_of(str, name, "a kernel") for name in _list(entry, "kernels")),
        depends_on=tuple(_circumstances(entry)),
        findings=tuple(_finding(finding) for finding in _list(entry, "findings")),
    )


def _circumstances(entry: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for what, found in _of(dict, entry["depends_on"], "depends_on").items():
        yield one_line(what), None if found is None else one_line(_of(str, found, what))


def _finding(entry: Any) -> Finding:
    entry = _of(dict, entry, "a finding")
    return Finding(
        **{name: _text(entry, name) for name in ("what", "kernel", "text")},
        n=_optional_number(entry, "n"),
        line=_optional_number(entry, "line"),
    )


def _list(entry: dict[str, Any], name: str) -> list[Any]:
    return _of(list, entry[name], name)


def _text(entry: dict[str, Any], name: str) -> str:
    return one_line(_of(str, entry[name], name))


def _optional_number(entry: dict[str, Any], name: str) -> Any:
    value = entry[name]
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ValueError(f"{name} is {value!r}, neither a number nor null")
    return value


def _of(kind: type, value: Any, name: str) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be a {kind.__name__}")
    return value
