"""Draw all charts of a result directory: `/usr/bin/python3 scripts/plot.py DIR`.

Writes DIR/charts (or --out): for each kernel its latency, gap, throughput and memory, for the run
the overview, alt.json with the alternative text of each chart, and index.html that shows them all.
Exit status: 0 when everything is written, 2 with one line on stderr when it cannot be.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

try:
    import jinja2
    import pandas as pd

    import loading
    from charts import KERNEL_CHARTS
    from overview import overview_chart
    from render import Chart, render
    from subjects import Subject, footer_text, subjects_of
except ImportError as error:
    print(
        f"gapmeter plot: {error}; apt install python3-pandas python3-matplotlib python3-jinja2, "
        "and run this with /usr/bin/python3",
        file=sys.stderr,
    )
    sys.exit(2)

FORMATS = ("svg", "png")

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gapmeter: the gap of every kernel</title>
<style>
:root { color-scheme: light dark; --paper: #fff; --ink: #222; --muted: #666; --line: #ddd; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e6e6e6; --muted: #a0a0a0; --line: #3a3d42; }
}
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
a { color: inherit; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; list-style: none; padding: 0; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; }
figure { margin: 1rem 0; }
/* The charts are drawn on white: in the dark they keep it, as cards. */
img { display: block; width: 100%; height: auto; background: #fff; border-radius: 6px; }
code, footer { color: var(--muted); }
</style>
</head>
<body>
<h1>The gap between Python and native</h1>
<figure><a href="overview.{{ kind }}"><img src="overview.{{ kind }}" alt="{{ alt.overview }}"></a>
</figure>
<nav aria-label="Kernels"><ul>
{% for kernel in kernels -%}
<li><a href="#{{ kernel.name }}">{{ kernel.name }}</a></li>
{% endfor -%}
</ul></nav>
{% for kernel in kernels -%}
<section id="{{ kernel.name }}">
<h2>{{ kernel.title }} <code>{{ kernel.name }}</code></h2>
{% for what in whats -%}
{% set stem = kernel.name ~ "_" ~ what -%}
<figure><a href="{{ stem }}.{{ kind }}"><img loading="lazy" src="{{ stem }}.{{ kind }}"
 alt="{{ alt[stem] }}"></a></figure>
{% endfor -%}
</section>
{% endfor -%}
<footer><p>{{ footer }}</p></footer>
</body>
</html>
"""


def main(arguments: list[str]) -> int:
    """Parse the command line, draw, and say what was written."""
    options = _parse(arguments)
    out = options.out or options.directory / "charts"
    try:
        written = write_charts(loading.load_run(options.directory), out, options.format)
    except loading.LoadError as error:
        print(f"gapmeter plot: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"gapmeter plot: cannot write {error.filename or out} ({error.strerror}); choose "
            "another directory with --out",
            file=sys.stderr,
        )
        return 2
    print(f"wrote {written} files to {out}, start with {out / 'index.html'}")
    return 0


def write_charts(run: loading.Run, out: Path, formats: list[str]) -> int:
    """Write every chart in every format, their texts and the page; return how many files."""
    out.mkdir(parents=True, exist_ok=True)
    alt = _write_overview(run, out, formats)
    subjects = subjects_of(run)
    workers = min(len(os.sched_getaffinity(0)), len(subjects))
    rows = [run.rows(subject.kernel.name) for subject in subjects]
    arguments = (subjects, rows, repeat(out), repeat(formats))
    with ExitStack() as stack:
        each = map
        if workers > 1:
            each = stack.enter_context(ProcessPoolExecutor(workers)).map
        for texts in each(_write_kernel, *arguments):
            alt.update(texts)
    texts = json.dumps(alt, indent=2, ensure_ascii=False) + "\n"
    (out / "alt.json").write_text(texts, encoding="utf-8")
    (out / "index.html").write_text(_page(run, alt, formats[0]), encoding="utf-8")
    return len(alt) * len(formats) + 2


def _write_overview(run: loading.Run, out: Path, formats: list[str]) -> dict[str, str]:
    return _write(out, "overview", overview_chart(run), formats)


def _write_kernel(
    subject: Subject, rows: pd.DataFrame, out: Path, formats: list[str]
) -> dict[str, str]:
    alt = {}
    for what, draw in KERNEL_CHARTS.items():
        alt |= _write(out, f"{subject.kernel.name}_{what}", draw(rows, subject), formats)
    return alt


def _write(out: Path, stem: str, chart: Chart, formats: list[str]) -> dict[str, str]:
    for kind in formats:
        (out / f"{stem}.{kind}").write_bytes(render(chart, kind))
    return {stem: chart.alt}


def _page(run: loading.Run, alt: dict[str, str], kind: str) -> str:
    template = jinja2.Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        alt=alt,
        footer=footer_text(run.environment),
        kernels=list(run.kernels.values()),
        kind=kind,
        whats=list(KERNEL_CHARTS),
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gapmeter plot", description="Draw the charts of a run.")
    parser.add_argument("directory", metavar="DIR", type=Path, help="a result directory")
    parser.add_argument("--out", type=Path, help="where to write (default: DIR/charts)")
    parser.add_argument(
        "--format", type=_formats, default=list(FORMATS), help="svg, png or both (default: svg,png)"
    )
    return parser.parse_args(arguments)


def _formats(text: str) -> list[str]:
    kinds = [kind for kind in FORMATS if kind in text.split(",")]
    if set(kinds) != set(text.split(",")):
        raise argparse.ArgumentTypeError(f"{text!r} is not svg, png or svg,png")
    return kinds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
