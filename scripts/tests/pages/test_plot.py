"""The program: which files it writes, what they hold, and how it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import gapmeter_report
import pytest
from gapmeter_report.commands import main
from gapmeter_report.drawing import style
from gapmeter_report.drawing.rendering import PNG_DPI
from helpers.builder import Builder
from helpers.page import Page
from helpers.reports import Written
from PIL import Image, ImageColor

PACKAGE = Path(gapmeter_report.__file__).parent
RUN_STEMS = ["heatmap", "overview"]
WHATS = ("latency", "gap", "ladder", "throughput", "rss")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("1")</script> & $x^{$ =cmd() --> \u202e'


@pytest.fixture
def small(builder: Builder) -> Builder:
    """Two kernels, few sizes: quick to draw."""
    return builder.add("empty", sizes=(1,)).add("sum", sizes=(16, 64, 256))


def test_every_chart_is_written_in_both_formats(plotted: Written) -> None:
    out = plotted.directory / "charts"
    stems = [f"{kernel}_{what}" for kernel in ("empty", "sum") for what in WHATS] + RUN_STEMS
    expected = {f"{stem}.{kind}" for stem in stems for kind in ("svg", "png")}
    assert {path.name for path in out.iterdir()} == expected | {"alt.json", "index.html"}
    assert plotted.said == (
        f"wrote {len(expected) + 2} files to {out}, start with {out / 'index.html'}\n"
    )


def test_out_and_format_choose_where_and_what(small: Builder, tmp_path: Path) -> None:
    out = tmp_path / "new" / "place"
    assert main(["plot", str(small.write()), "--out", str(out), "--format", "png"]) == 0
    assert {path.suffix for path in out.iterdir()} == {".png", ".json", ".html"}
    assert set(Page(out / "index.html").values("img", "src")) <= {p.name for p in out.iterdir()}


def test_a_png_is_an_opaque_picture_with_its_words(plotted: Written) -> None:
    out = plotted.directory / "charts"
    texts = json.loads((out / "alt.json").read_text(encoding="utf-8"))
    with Image.open(out / "sum_gap.png") as picture:
        assert picture.mode == "RGB"
        assert picture.width == style.WIDTH / 72 * PNG_DPI
        assert picture.getpixel((0, 0)) == ImageColor.getrgb(style.PAPER)
        assert picture.info["Description"] == texts["sum_gap"]
        assert picture.info["Title"].endswith("gap against n")


def test_the_same_run_gives_the_same_bytes_in_another_process(
    plotted: Written, tmp_path: Path
) -> None:
    command = [sys.executable, "-B", str(PACKAGE), "plot", str(plotted.directory)]
    # Not from a place where modules of other people may lie.
    (tmp_path / "numpy.py").write_text("raise ImportError", encoding="utf-8")
    out = tmp_path / "out"
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True, cwd=tmp_path)
    before = {path.name: path.read_bytes() for path in (plotted.directory / "charts").iterdir()}
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_svg_holds_its_title_and_alternative_text(plotted: Written) -> None:
    out = plotted.directory / "charts"
    alt = json.loads((out / "alt.json").read_text(encoding="utf-8"))
    assert len(alt) == 12
    for stem, words in alt.items():
        root = ElementTree.parse(out / f"{stem}.svg").getroot()
        assert root.findtext(f"{SVG}title")
        assert root.findtext(f"{SVG}desc") == words


def test_an_svg_needs_no_fonts(plotted: Written) -> None:
    out = plotted.directory / "charts"
    assert "<text" not in (out / "sum_latency.svg").read_text(encoding="utf-8")


def test_the_page_shows_the_charts_of_the_run_first_and_then_every_chart(plotted: Written) -> None:
    out = plotted.directory / "charts"
    page = Page(out / "index.html")
    stems = [*RUN_STEMS, *(f"{k}_{what}" for k in ("empty", "sum") for what in WHATS)]
    assert page.values("img", "src") == [f"{stem}.svg" for stem in stems]
    alt = json.loads((out / "alt.json").read_text(encoding="utf-8"))
    assert page.values("img", "alt") == [alt[stem] for stem in stems]
    targets = [link for link in page.values("a", "href") if link and not link.startswith("#")]
    assert all((out / target).is_file() for target in targets)


def test_hostile_texts_stay_texts(small: Builder) -> None:
    small.metadata["kernels"]["sum"].update(title=HOSTILE, item=HOSTILE)
    small.metadata["machine"]["cpu"] = HOSTILE
    for row in small.cells(kernel="sum", variant="python/loop"):
        row["variant"] = f"python/{HOSTILE}".replace("\u202e", "")
    out = small.write() / "charts"
    assert main(["plot", str(small.directory)]) == 0
    assert Page(out / "index.html").values("script", "src") == []
    for path in out.glob("*.svg"):
        assert not list(ElementTree.parse(path).getroot().iter(f"{SVG}script"))


@pytest.mark.parametrize("name", ["=cmd()", "<script>", "../x"])
def test_a_hostile_kernel_name_is_refused_before_anything_is_written(
    small: Builder, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    small.add(name, sizes=(16,), like="sum")
    before = set(small.write().parent.rglob("*"))
    assert main(["plot", str(small.directory)]) == 2
    assert "cannot be a file name" in capsys.readouterr().err
    assert set(small.directory.parent.rglob("*")) == before


def test_bad_input_is_one_line_on_stderr_and_exit_2(
    small: Builder, capsys: pytest.CaptureFixture[str]
) -> None:
    small.rows[0]["latency_ns"] = "nan"
    assert main(["plot", str(small.write())]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("gapmeter plot: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_directory_that_cannot_be_written_is_one_line_and_exit_2(
    small: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert main(["plot", str(small.write()), "--out", str(tmp_path / "file")]) == 2
    error = capsys.readouterr().err
    assert f"cannot write {tmp_path / 'file'}" in error
    assert "--out" in error
    assert error.count("\n") == 1


def test_missing_packages_are_one_line_and_exit_2() -> None:
    # -S leaves out the directory in which Debian installs packages.
    command = [sys.executable, "-S", "-B", str(PACKAGE), "plot", "."]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "apt install python3-pandas python3-matplotlib" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_format_is_refused(
    small: Builder, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["plot", str(small.write()), "--format", "svg,gif"])
    assert caught.value.code == 2
    assert "'svg,gif' is not svg, png or svg,png" in capsys.readouterr().err
