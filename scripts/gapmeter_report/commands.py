"""The command line: `plot`, `report` and `changes`, which the program of the same name starts.

Each ends with what it wrote on stdout and exit status 0, or with one line on stderr and 2.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from gapmeter_report.charts.changes import changes_chart
from gapmeter_report.charts.gallery import draw_all
from gapmeter_report.drawing.rendering import render
from gapmeter_report.loading.answers import load_answers
from gapmeter_report.loading.claims import load_claims
from gapmeter_report.loading.comparison import load_comparison
from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run import load
from gapmeter_report.pages.index import write_charts
from gapmeter_report.pages.report import INLINE, write_report

FORMATS = ("svg", "png")


def main(arguments: list[str]) -> int:
    """Parse the command line, do the work, and say what was written; return the exit status."""
    options = _parse(arguments)
    try:
        said: str = options.work(options)
    except LoadError as error:
        print(f"gapmeter {options.command}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"gapmeter {options.command}: cannot write {error.filename or options.out} "
            f"({error.strerror}); choose another {options.other} with --out",
            file=sys.stderr,
        )
        return 2
    print(said)
    return 0


def _plot(options: argparse.Namespace) -> str:
    out = options.out or options.directory / "charts"
    run = load(options.directory)
    # Before anything is drawn: that takes time.
    out.mkdir(parents=True, exist_ok=True)
    written = write_charts(run, draw_all(run, options.format), out, options.format)
    return f"wrote {written} files to {out}, start with {out / 'index.html'}"


def _report(options: argparse.Namespace) -> str:
    page, charts = options.out or options.directory / "report.html", options.directory / "charts"
    run, claims = load(options.directory), load_claims(options.claims)
    told = load_answers(options.answers)
    # Before anything is drawn: that takes time.
    for directory in (page.parent, *([charts] if options.charts else ())):
        directory.mkdir(parents=True, exist_ok=True)
    # Each chart is laid out once, for the page and for its files.
    pictures = draw_all(run, [INLINE, *(FORMATS if options.charts else ())])
    write_report(run, told, claims, pictures, page)
    said = f"wrote {page} and {page.with_suffix('.md')}"
    if options.charts:
        said += f", and {write_charts(run, pictures, charts, FORMATS)} files to {charts}"
    return said


def _changes(options: argparse.Namespace) -> str:
    picture = render(changes_chart(load_comparison(options.file)), options.out.suffix[1:])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(picture)
    return f"wrote {options.out}"


# The command line


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gapmeter", description="Charts and pages of a run.")
    commands = parser.add_subparsers(dest="command", required=True)
    plot = _command(commands, "plot", _plot, "directory", "Draw the charts of a run.")
    plot.add_argument("directory", metavar="DIR", type=Path, help="a result directory")
    plot.add_argument("--out", type=Path, help="where to write (default: DIR/charts)")
    plot.add_argument(
        "--format", type=_formats, default=list(FORMATS), help="svg, png or both (default: svg,png)"
    )
    report = _command(commands, "report", _report, "file", "Write the report of a run.")
    report.add_argument("directory", metavar="DIR", type=Path, help="a result directory")
    report.add_argument(
        "--claims", type=Path, required=True, help="what `gapmeter claims --format json` prints"
    )
    report.add_argument(
        "--answers", type=Path, required=True, help="where a rewrite pays, as gapmeter tells it"
    )
    report.add_argument(
        "--out", type=_file_name(".html"),
        help="the page (default: DIR/report.html); report.md goes beside",
    )
    report.add_argument(
        "--charts", action="store_true", help="also write DIR/charts, as `gapmeter plot DIR` does"
    )
    changes = _command(commands, "changes", _changes, "file", "Draw a comparison.")
    changes.add_argument("file", metavar="FILE", type=Path, help="the JSON of a comparison")
    changes.add_argument(
        "--out", type=_file_name(".svg", ".png"), required=True, help="an .svg or .png"
    )
    return parser.parse_args(arguments)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str,
    work: Callable[[argparse.Namespace], str], other: str, about: str,
) -> argparse.ArgumentParser:
    """A command; `other` is what to choose where its files cannot be written."""
    parser = commands.add_parser(name, description=about)
    parser.set_defaults(work=work, other=other)
    return parser


def _file_name(*endings: str) -> Callable[[str], Path]:
    """A parser of file names that have one of these endings."""
    def path(text: str) -> Path:
        if Path(text).suffix not in endings:
            raise argparse.ArgumentTypeError(f"{text!r} does not end in {' or '.join(endings)}")
        return Path(text)

    return path


def _formats(text: str) -> list[str]:
    kinds = [kind for kind in FORMATS if kind in text.split(",")]
    if set(kinds) != set(text.split(",")):
        raise argparse.ArgumentTypeError(f"{text!r} is not svg, png or svg,png")
    return kinds
