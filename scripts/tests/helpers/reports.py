"""Makes claims and reports of result directories for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from gapmeter_report.commands import main
from gapmeter_report.loading.answers import ToldAnswers
from gapmeter_report.loading.claims import load_claims
from gapmeter_report.loading.run import load
from gapmeter_report.pages.report import write_report
from helpers.builder import Builder
from helpers.page import Page

Claims = list[dict[str, Any]]


class Written(NamedTuple):
    """A result directory whose files are written, and what was printed meanwhile."""

    directory: Path
    builder: Builder
    said: str

    @property
    def raw(self) -> str:
        """The report as text."""
        return (self.directory / "report.html").read_text(encoding="utf-8")

    @property
    def page(self) -> Page:
        """The report, read."""
        return Page(self.directory / "report.html")


def claim(**values: Any) -> dict[str, Any]:
    """A decided claim, as `gapmeter claims --format json` writes it."""
    return {
        "id": "C06", "topic": "types", "claim": "Loops are slow", "rule": "loop over simd, 12",
        "kernels": ["sum"], "depends_on": {"compiler": "GNU 12.2.0"},
        "language": None, "languages": [],
        "outcome": "holds from", "verdict": "holds from n = 256", "n": 256,
        "reason": "all sizes from there on are above", "findings": [
            finding(n=n, text=f"{n}.5x, {n}.1x to {n}.9x") for n in (16, 64, 256, 1024, 4096)
        ] + [finding(what="beside", line=None, n=None, text="3 ns")],
    } | values


def finding(**values: Any) -> dict[str, Any]:
    """One of a claim's findings."""
    return {
        "what": "loop over simd", "kernel": "sum", "n": 16, "value": 12.3, "low": 12.0,
        "high": 12.6, "unit": "x", "text": "12.3x, 12.0x to 12.6x", "line": 12.0,
    } | values


def add_small(builder: Builder) -> Builder:
    """Two kernels, few sizes, every kind of chart."""
    builder.add("empty", sizes=(1,)).add("sum", sizes=(16, 256, 4096))
    return builder.add_threads(2, kernel="sum", variant="native/simd").add_single_calls()


ANSWERS: dict[str, Any] = {
    "worthwhile_gap": 2.0, "sentences": ["sum: rewriting pays from n = 64: 12.0× over loop."],
}


def report(builder: Builder, claims: Any, *more: str) -> int:
    """Run the command on a builder's directory and these claims; its exit status."""
    directory = builder.write()
    (directory / "claims.json").write_text(json.dumps(claims), encoding="utf-8")
    answers = directory / "answers.json"
    answers.write_text(json.dumps(ANSWERS), encoding="utf-8")
    given = ("--claims", str(directory / "claims.json"), "--answers", str(answers))
    return main(["report", str(directory), *given, *more])


def page_of(builder: Builder, claims: Claims | None = None) -> Page:
    """The page with all its charts, which take a second."""
    assert report(builder, [claim()] if claims is None else claims) == 0
    return Page(builder.directory / "report.html")


def words_of(builder: Builder, claims: Claims | None = None) -> Page:
    """The page without its charts."""
    directory = builder.write()
    path = directory / "claims.json"
    path.write_text(json.dumps([claim()] if claims is None else claims), encoding="utf-8")
    told = ToldAnswers(ANSWERS["worthwhile_gap"], tuple(ANSWERS["sentences"]))
    write_report(load(directory), told, load_claims(path), [], directory / "report.html")
    return Page(directory / "report.html")


def short_of(builder: Builder, claims: Claims | None = None) -> str:
    """The short form."""
    words_of(builder, claims)
    return short_beside(builder.directory)


def short_beside(directory: Path) -> str:
    """The short form that lies in a directory."""
    return (directory / "report.md").read_text(encoding="utf-8")
