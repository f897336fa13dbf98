"""The files of `gapmeter plot`: every chart, the alternative texts, and a page to see them on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import jinja2

from gapmeter_report.charts.gallery import Picture
from gapmeter_report.loading.run import Run
from gapmeter_report.models.subjects import footer_text
from gapmeter_report.pages.templating import LOADER


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
    template = jinja2.Environment(autoescape=True, loader=LOADER).get_template("charts.html.j2")
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
