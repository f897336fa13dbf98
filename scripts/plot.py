"""Draw all charts of a result directory: `/usr/bin/python3 scripts/plot.py DIR`.

Writes DIR/charts (or --out): every chart that gallery.py lists, alt.json with the alternative text
of each, and index.html that shows them all.
Exit status: 0 when everything is written, 2 with one line on stderr when it cannot be.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import errors

try:
    import jinja2

    from gallery import Picture, draw_all
    from loading import Run, load_run
    from subjects import footer_text
except ImportError as error:
    errors.refuse_without(error)

FORMATS = ("svg", "png")


def main(arguments: list[str]) -> int:
    """Parse the command line, draw, and say what was written."""
    options = _parse(arguments)
    out = options.out or options.directory / "charts"

    def work() -> str:
        run = load_run(options.directory)
        # Before anything is drawn: that takes time.
        out.mkdir(parents=True, exist_ok=True)
        written = write_charts(run, draw_all(run, options.format), out, options.format)
        return f"wrote {written} files to {out}, start with {out / 'index.html'}"

    return errors.run_program("gapmeter plot", work, out, "directory")


def write_charts(run: Run, pictures: list[Picture], out: Path, formats: Sequence[str]) -> int:
    """Write the pictures of a run in these formats, their texts, and the page that shows them in
    the first; return how many files."""
    for picture in pictures:
        for kind in formats:
            (out / f"{picture.stem}.{kind}").write_bytes(picture.files[kind])
    alt = {picture.stem: picture.alt for picture in pictures}
    texts = json.dumps(alt, indent=2, ensure_ascii=False) + "\n"
    (out / "alt.json").write_text(texts, encoding="utf-8")
    (out / "index.html").write_text(_page(run, pictures, formats[0]), encoding="utf-8")
    return len(pictures) * len(formats) + 2


def _page(run: Run, pictures: list[Picture], kind: str) -> str:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    template = jinja2.Environment(autoescape=True, loader=loader).get_template("charts.html.j2")
    return template.render(
        footer=footer_text(run.environment),
        kernels=list(run.kernels.values()),
        kind=kind,
        overall=[picture for picture in pictures if picture.kernel is None],
        pictures={
            name: [picture for picture in pictures if picture.kernel == name]
            for name in run.kernels
        },
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
