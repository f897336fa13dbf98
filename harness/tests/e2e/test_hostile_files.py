"""Names and texts from files reach no shell, no other path, no terminal, page or spreadsheet."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support import BRIEF, Program, Results, Row, assert_rejected, read_csv

NAMES = ["../../up", "/tmp/up", "..", "<script>alert(1)</script>", "$(touch up)", "`touch up`",
         "=cmd()", "@SUM(A1)", "-rf", "a;touch up", "a b", "a\x1b[2Jb", ""]
REASON = "=cmd|' /C calc'!A0 <script>alert(1)</script> $(touch up) `touch up` | ](x) \x1b[2J"
COMMANDS = ["summarize", "claims", "report", "reproduce"]


@pytest.fixture(scope="module")
def finished(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = gapmeter.measure(
        tmp_path_factory.mktemp("run") / "out", *BRIEF, "--kernels", "sum", "--sizes", "16"
    )
    return run.dir


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def change_csv(path: Path, change: Callable[[Row], object]) -> None:
    rows = read_csv(path)
    for row in rows:
        change(row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def files_around(directory: Path) -> set[str]:
    return {str(path) for path in directory.parent.rglob("*")}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", ["kernel", "variant"])
def test_names_that_could_do_harm_are_refused(
    gapmeter: Program, copy: Path, column: str, name: str
) -> None:
    for file in ("rounds.csv", "summary.csv"):
        prefix = "native/" if column == "variant" else ""
        change_csv(copy / file, lambda row: row.update({column: prefix + name}))
    before = files_around(copy)
    for command in COMMANDS:
        assert_rejected(gapmeter(command, copy, cwd=copy.parent), "line 2")
    assert files_around(copy) == before


@pytest.mark.parametrize("name", ["../../up", "<script>", "=cmd()"])
def test_kernels_with_names_that_could_do_harm_are_not_drawn(
    gapmeter: Program, copy: Path, name: str
) -> None:
    change_csv(copy / "summary.csv", lambda row: row.update(kernel=name))
    before = files_around(copy)
    assert_rejected(gapmeter("plot", copy, cwd=copy.parent), "line 2", name)
    assert files_around(copy) == before


def test_names_that_could_do_harm_are_not_compared(gapmeter: Program, copy: Path) -> None:
    change_csv(copy / "rounds.csv", lambda row: row.update(kernel="<script>"))
    assert_rejected(gapmeter("compare", copy, copy, "--format", "markdown"), "line 2", "<script>")


class Page(HTMLParser):
    """The elements of a page that run something."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.running: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        handlers = [name for name, _ in attributes if name.startswith("on")]
        if tag in ("script", "iframe", "object") or handlers:
            self.running.append(tag)


def failed(row: Row) -> None:
    """Make the row one of a variant that failed, with a hostile reason."""
    if row["variant"] == "python/numpy" and row["pass"] == "verify":
        row.update(status="crashed", reason=REASON)
    elif row["variant"] == "python/numpy":
        row.update(status="error", reason=REASON)


def test_a_reason_is_text_wherever_it_is_shown(gapmeter: Program, copy: Path) -> None:
    change_csv(copy / "rounds.csv", failed)
    before = files_around(copy)
    assert gapmeter("summarize", copy).returncode == 0
    row = Results(copy).cell("sum", "python/numpy", 16)
    assert row["status"] != "ok"
    assert row["reason"].startswith("'=cmd|"), "no formula"
    assert "\x1b" not in row["reason"]
    process = gapmeter("report", copy, cwd=copy.parent)
    assert process.returncode == 0, process.stderr
    assert Page(copy / "report.html").running == []
    assert "&lt;script&gt;" in (copy / "report.html").read_text(encoding="utf-8")
    assert "<script" not in (copy / "report.md").read_text(encoding="utf-8")
    for path in (copy / "report.html", copy / "report.md"):
        assert "\x1b" not in path.read_text(encoding="utf-8")
    made = {Path(name).name for name in files_around(copy) - before}
    assert made <= {"report.html", "report.md", "claims.json", "answers.json"}


def test_no_text_of_a_summary_is_a_formula(gapmeter: Program, copy: Path) -> None:
    change_csv(copy / "rounds.csv", failed)
    change_csv(copy / "rounds.csv", lambda row: row.update(input_digest="=1+1"))
    assert gapmeter("summarize", copy).returncode == 0
    for row in read_csv(copy / "summary.csv"):
        for text in row.values():
            assert not text.startswith(("=", "+", "@", "\t")), text
            assert not text.startswith("-") or float(text) < 0


def test_texts_of_run_json_are_texts(gapmeter: Program, copy: Path) -> None:
    facts = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    facts["kernels"]["sum"] |= {"title": REASON, "item": REASON}
    facts["machine"]["cpu"] = REASON
    facts["command"] = [REASON]
    (copy / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    before = files_around(copy)
    process = gapmeter("report", copy, cwd=copy.parent)
    assert process.returncode == 0, process.stderr
    assert Page(copy / "report.html").running == []
    assert "<script" not in (copy / "report.md").read_text(encoding="utf-8")
    assert gapmeter("plot", copy, "--format", "svg", cwd=copy.parent).returncode == 0
    assert Page(copy / "charts" / "index.html").running == []
    outside = {name for name in files_around(copy) - before if not name.startswith(str(copy))}
    assert outside == set()


@pytest.mark.parametrize("name", ["../../up", "<script>", "=cmd()"])
def test_kernels_of_run_json_with_names_that_could_do_harm_are_not_drawn(
    gapmeter: Program, copy: Path, name: str
) -> None:
    facts = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    facts["kernels"][name] = facts["kernels"]["sum"]
    (copy / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert_rejected(gapmeter("plot", copy), name)
    assert not (copy / "charts").exists()
