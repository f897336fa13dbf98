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
class Decided:
    """What became of a claim, or of a claim about the compiled code of one language."""

    language: str | None
    depends_on: tuple[tuple[str, str | None], ...]  # what, and which one it was if recorded
    outcome: str
    verdict: str
    n: int | None
    reason: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Claim(Decided):
    """A claim, how it is decided, and what became of it.

    Of a claim about compiled code that is its main language's; `languages` are all of them.
    """

    id: str
    topic: str
    claim: str
    rule: str
    kernels: tuple[str, ...]
    languages: tuple[Decided, ...]


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
    texts: dict[str, Any] = {name: _text(entry, name) for name in ("id", "topic", "claim", "rule")}
    return Claim(
        **texts,
        **_decided(entry),
        kernels=tuple(_of(str, name, "a kernel") for name in _list(entry, "kernels")),
        languages=tuple(
            Decided(**_decided(_of(dict, each, "a language")))
            for each in _list(entry, "languages")
        ),
    )


def _decided(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields of Decided."""
    outcome, language = entry["outcome"], entry["language"]
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome is {outcome!r}, not one of {', '.join(OUTCOMES)}")
    return {
        "language": None if language is None else one_line(_of(str, language, "language")),
        "depends_on": tuple(_circumstances(entry)),
        "outcome": outcome,
        "verdict": _text(entry, "verdict"),
        "n": _optional_number(entry, "n"),
        "reason": _text(entry, "reason"),
        "findings": tuple(_finding(finding) for finding in _list(entry, "findings")),
    }


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
