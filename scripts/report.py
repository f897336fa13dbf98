"""Write the report of a result directory: `/usr/bin/python3 scripts/report.py DIR --claims FILE`.

Writes DIR/report.html, one page that needs nothing but itself, and DIR/report.md, its short form
for a pull request; with --out PAGE.html these two instead. With --charts it writes DIR/charts, too,
as plot.py does, sooner than both one after the other: each chart is laid out once.
`gapmeter report DIR` decides the claims and calls this. Exit status: 0 when all is written, 2 with
one line on stderr when it cannot be.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import errors

try:
    import jinja2
    import pandas as pd
    from markupsafe import Markup

    import style
    from answer import LARGE_GAP, MUCH_TIME_NS, answers_of, interval_text, sentences
    from claims import Claim, load_claims, verdict_counts
    from facts import missing_cells, noise_facts, run_facts
    from gallery import Picture, draw_all
    from inline import COLOURS, inline_svg
    from loading import Kernel, Run, load_run
    from plot import FORMATS, write_charts
    from subjects import footer_text
except ImportError as error:
    errors.refuse_without(error)

# Of a verdict: the class that colours it, and a mark, since colour alone does not reach everybody.
_VERDICT_LOOKS = {
    "holds": ("yes", "✓"),
    "holds from": ("partly", "◐"),
    "holds up to": ("partly", "◐"),
    "does not hold": ("no", "✗"),
    "open": ("open", "?"),
    "not measured here": ("none", "–"),
}
_INLINE = "inline"
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")


class Figure(NamedTuple):
    """The latency of a cell with its interval and gap, or why there is none."""

    latency: str = ""
    interval: str = ""
    gap: str = ""
    status: str = ""


def main(arguments: list[str]) -> int:
    """Parse the command line, write the files, and say so."""
    options = _parse(arguments)
    page, charts = options.out or options.directory / "report.html", options.directory / "charts"

    def work() -> str:
        run, claims = load_run(options.directory), load_claims(options.claims)
        # Before anything is drawn: that takes time.
        for directory in (page.parent, *([charts] if options.charts else ())):
            directory.mkdir(parents=True, exist_ok=True)
        pictures = draw_all(run, [_INLINE, *(FORMATS if options.charts else ())])
        write_report(run, claims, pictures, page)
        said = f"wrote {page} and {page.with_suffix('.md')}"
        if options.charts:
            said += f", and {write_charts(run, pictures, charts, FORMATS)} files to {charts}"
        return said

    return errors.run_program("gapmeter report", work, page, "file")


def write_report(run: Run, claims: list[Claim], drawn: list[Picture], page: Path) -> None:
    """Write the page with the pictures as they are drawn for one, and its short form beside it."""
    content = _content(run, claims)
    environment = _environment()
    short = environment.get_template("report.md.j2").render(content)
    page.with_suffix(".md").write_text(short, encoding="utf-8")
    pictures: dict[str | None, list[Markup]] = {}
    for picture in drawn:
        svg = inline_svg(picture.files[_INLINE], picture.alt, picture.stem)
        pictures.setdefault(picture.kernel, []).append(svg)
    long = environment.get_template("report.html.j2").render(content, pictures=pictures)
    page.write_text(long, encoding="utf-8")


def markdown_text(text: object) -> str:
    """A text for a cell or a line of Markdown: nothing in it is markup, not even of HTML."""
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(str(text).split()))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        # The Markdown template escapes by its own filter, `md`.
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        interval=interval_text, md=markdown_text, ratio=style.format_ratio, size=style.format_size
    )
    return environment


def _content(run: Run, claims: list[Claim]) -> dict[str, Any]:
    answers = answers_of(run)
    return {
        "answers": answers,
        "claims": claims,
        "colours": COLOURS,
        "counts": verdict_counts(claims),
        "facts": run_facts(run.metadata),
        "footer": footer_text(run.environment),
        "kernels": [
            (
                kernel,
                _claims_of(kernel, claims),
                _figures(run.rows(kernel.name)),
                _reported(run.metrics[run.metrics["kernel"] == kernel.name]),
            )
            for kernel in run.kernels.values()
        ],
        "large_gap": style.format_ratio_tick(LARGE_GAP),
        "looks": _VERDICT_LOOKS,
        "missing": missing_cells(run.summary),
        "much_time": style.format_time(MUCH_TIME_NS),
        "noise": noise_facts(run),
        "sentences": sentences(answers),
    }


def _claims_of(kernel: Kernel, claims: list[Claim]) -> list[Claim]:
    return [
        claim for claim in claims if kernel.name in claim.kernels or claim.id in kernel.claims
    ]


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    """The table of a kernel: for each size a line with the cell of each series, if it has one."""
    cells = {(row.n, row.variant, row.threads): _figure(row) for row in rows.itertuples()}
    series = list(dict.fromkeys((variant, threads) for _, variant, threads in cells))
    return {
        "names": [style.series_label(*key) for key in series],
        "lines": [
            (style.format_size(n), [cells.get((n, *key)) for key in series])
            for n in sorted(rows["n"].unique())
        ],
    }


def _figure(row: Any) -> Figure:
    """What the table says of a cell."""
    if row.status != "ok":
        return Figure(status=row.status)
    interval = gap = ""
    if not pd.isna(row.latency_ci_low_ns) and not pd.isna(row.latency_ci_high_ns):
        low, high = (style.format_time(t) for t in (row.latency_ci_low_ns, row.latency_ci_high_ns))
        interval = f"{low} to {high}"
    if not pd.isna(row.gap):
        gap = style.format_ratio(row.gap)
    return Figure(style.format_time(row.latency_ns), interval, gap)


def _reported(rows: pd.DataFrame) -> dict[str, Any]:
    """The table of what a kernel's variants report: for each metric and series its medians."""
    medians = {
        (row.metric, style.series_label(row.variant, row.threads), row.n): row.median
        for row in rows.itertuples()
    }
    sizes = sorted(rows["n"].unique())
    return {
        "sizes": [style.format_size(n) for n in sizes],
        "lines": [
            (*series, [
                style.format_number(medians[*series, n]) if (*series, n) in medians else ""
                for n in sizes
            ])
            for series in sorted({(metric, label) for metric, label, _ in medians})
        ],
    }


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="gapmeter report", description="Write the report of a run."
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="a result directory")
    parser.add_argument(
        "--claims", type=Path, required=True, help="what `gapmeter claims --format json` prints"
    )
    parser.add_argument(
        "--out", type=_page_name, help="the page (default: DIR/report.html); report.md goes beside"
    )
    parser.add_argument(
        "--charts", action="store_true", help="also write DIR/charts, as `gapmeter plot DIR` does"
    )
    return parser.parse_args(arguments)


def _page_name(text: str) -> Path:
    if Path(text).suffix != ".html":
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .html")
    return Path(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
