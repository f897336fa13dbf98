"""The report of a run: one page that needs nothing but itself, and its short form in Markdown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from gapmeter_report.charts.gallery import Picture
from gapmeter_report.drawing.inline import inline_svg, page_colours
from gapmeter_report.loading.answers import ToldAnswers
from gapmeter_report.loading.claims import Claim
from gapmeter_report.loading.run import Run
from gapmeter_report.models.answers import MUCH_TIME_NS, answers_of, place_text, sentences
from gapmeter_report.models.claims import (
    circumstances,
    claims_of,
    decisions_of,
    place_of,
    shown_findings,
    verdict_counts,
)
from gapmeter_report.models.facts import missing_cells, noise_facts, run_facts
from gapmeter_report.models.figures import figures_of, reported_by
from gapmeter_report.models.interpreters import interpreters_of
from gapmeter_report.models.languages import languages_of, pairs_of
from gapmeter_report.models.numbers import format_ratio, format_size, round_time
from gapmeter_report.models.serving import cost_table
from gapmeter_report.models.subjects import footer_text
from gapmeter_report.pages.templating import LOADER

# Of a verdict: the class that colours it, and a mark, since colour alone does not reach everybody.
_VERDICT_LOOKS = {
    "holds": ("yes", "✓"),
    "holds from": ("partly", "◐"),
    "holds up to": ("partly", "◐"),
    "does not hold": ("no", "✗"),
    "open": ("open", "?"),
    "not measured here": ("none", "–"),
}
INLINE = "inline"
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]|~#])")


def write_report(
    run: Run, told: ToldAnswers, claims: list[Claim], drawn: list[Picture], page: Path
) -> None:
    """Write the page with the pictures as they are drawn for one, and its short form beside it."""
    content = _content(run, told, claims)
    environment = _environment()
    short = environment.get_template("report.md.j2").render(content)
    page.with_suffix(".md").write_text(short, encoding="utf-8")
    pictures: dict[str | None, list[Markup]] = {}
    for picture in drawn:
        svg = inline_svg(picture.files[INLINE], picture.alt, picture.stem)
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
        loader=LOADER,
        # The Markdown template escapes by its own filter, `md`.
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        circumstances=circumstances, decisions=decisions_of, gap_place=place_text,
        md=markdown_text, place=place_of, ratio=format_ratio, shown=shown_findings,
        size=format_size,
    )
    return environment


def _content(run: Run, told: ToldAnswers, claims: list[Claim]) -> dict[str, Any]:
    answers = answers_of(run, told.worthwhile_gap)
    pairs = pairs_of(run.lanes)
    return {
        "answers": answers,
        "claims": claims,
        "colours": page_colours(),
        "counts": verdict_counts(claims),
        "facts": run_facts(run.metadata),
        "footer": footer_text(run.environment),
        "interpreters": interpreters_of(run),
        "kernels": [
            (
                kernel,
                claims_of(kernel, claims),
                figures_of(run.rows(kernel.name)),
                reported_by(run.metrics[run.metrics["kernel"] == kernel.name]),
                cost_table(
                    run.servers[run.servers["kernel"] == kernel.name], run.rows(kernel.name)
                ),
            )
            for kernel in run.kernels.values()
        ],
        "denominator": run.denominator,
        "languages": languages_of(pairs),
        "looks": _VERDICT_LOOKS,
        "missing": missing_cells(run.summary),
        "much_time": round_time(MUCH_TIME_NS),
        "noise": noise_facts(run),
        "pairs": pairs,
        "sentences": sentences(answers, told.worthwhile_gap, run.denominator),
        "told": told.sentences,
    }
