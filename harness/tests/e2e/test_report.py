"""report: one page on a run, and the same in short as Markdown."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support import BRIEF, Program, Results, assert_rejected


class Page(HTMLParser):
    """What a page would load, and the text that it shows."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.scripts = 0
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attributes:
            is_inside = value is None or value.startswith(("#", "data:"))
            if name in ("src", "href", "xlink:href") and not is_inside:
                self.loaded.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def run(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Results:
    finished = gapmeter.measure(
        tmp_path_factory.mktemp("report") / "out",
        *(*BRIEF, "--kernels", "sum,zero_cost", "--sizes", "16,1024"),
    )
    assert finished.process.returncode == 0, finished.process.stderr
    return finished


def test_the_page_needs_nothing_but_itself(gapmeter: Program, run: Results) -> None:
    process = gapmeter("report", run.dir)
    assert process.returncode == 0, process.stderr
    page = Page(run.dir / "report.html")
    assert (page.loaded, page.scripts) == ([], 0)
    for expected in ("C01", "C33", "sum", "zero_cost"):
        assert expected in page.text


def test_both_forms_tell_the_verdicts_that_claims_prints(gapmeter: Program, run: Results) -> None:
    assert gapmeter("report", run.dir).returncode == 0
    printed = json.loads(gapmeter("claims", run.dir, "--format", "json").stdout)
    assert json.loads((run.dir / "claims.json").read_text(encoding="utf-8")) == printed
    short = (run.dir / "report.md").read_text(encoding="utf-8")
    page = Page(run.dir / "report.html").text
    answers = json.loads((run.dir / "answers.json").read_text(encoding="utf-8"))["sentences"]
    assert answers
    for sentence in answers:
        assert sentence in page
    for claim in printed:
        [line] = [line for line in short.splitlines() if line.startswith(f"| {claim['id']} ")]
        assert claim["verdict"] in line
        assert claim["claim"] in page


def test_another_place_can_be_chosen(gapmeter: Program, run: Results, tmp_path: Path) -> None:
    process = gapmeter("report", run.dir, "--out", tmp_path / "page.html")
    assert process.returncode == 0, process.stderr
    assert {path.name for path in tmp_path.iterdir()} >= {"page.html", "page.md"}


def test_what_is_no_run_is_rejected(gapmeter: Program, tmp_path: Path) -> None:
    assert_rejected(gapmeter("report", tmp_path / "nowhere"), "nowhere")
    assert_rejected(gapmeter("report", tmp_path), "run.json")
