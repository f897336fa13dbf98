"""The report: one page that needs nothing else, its short form, and what both say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from gapmeter_report.commands import main
from gapmeter_report.loading.answers import load_answers
from gapmeter_report.loading.errors import LoadError
from helpers.builder import Builder
from helpers.reports import (
    ANSWERS, Written, add_small, claim, finding, page_of, report, short_beside, short_of, words_of,
)

HOSTILE = '<script>alert("1")</script> & | `x` ]( {{ 7 * 7 }} \u202e'


@pytest.fixture
def small(builder: Builder) -> Builder:
    """Two kernels, few sizes, every kind of chart."""
    return add_small(builder)


def test_the_page_needs_nothing_but_itself(plain: Written) -> None:
    page, raw = plain.page, plain.raw
    links = page.attributes("src", "href", "xlink:href", "data", "action", "srcset", "poster")
    assert links and all(link.startswith("#") for link in links)
    assert not {"script", "link", "iframe", "object", "image"} & {tag for tag, _ in page.tags}
    assert "://" not in raw and "@import" not in raw
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", raw))


def test_ids_are_unique_and_every_reference_is_found(plain: Written) -> None:
    page, raw = plain.page, plain.raw
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    wanted = {link[1:] for link in page.attributes("href")} | set(re.findall(r"url\(#([^)]*)", raw))
    assert wanted <= set(ids)


def test_every_property_that_is_used_is_defined_in_light_and_dark(plain: Written) -> None:
    raw = plain.raw
    schemes = re.findall(r":root \{([^}]*)\}", raw)
    light, dark = (set(re.findall(r"(--[a-z-]+): ", scheme)) for scheme in schemes)
    assert light == dark >= set(re.findall(r"var\((--[a-z-]+)\)", raw))


def test_no_chart_keeps_a_white_paper(plain: Written) -> None:
    raw = plain.raw
    assert not re.search("#fff(fff)?[;\"]", raw.partition("<body>")[2])
    assert "background: #" not in raw and "body { background: var(--chart-paper)" in raw


def test_every_chart_is_a_picture_with_words(plain: Written) -> None:
    charts = [attributes for tag, attributes in plain.page.tags if tag == "svg"]
    each = ("latency", "gap", "ladder", "throughput", "rss", "percentiles")
    assert len(charts) == len(("overview", "heatmap")) + 2 * len(each) + len(("scaling",))
    for chart in charts:
        assert chart["role"] == "img"
        assert len(chart["aria-label"] or "") > 30


def with_floors(builder: Builder) -> Builder:
    """What the noise floor is told from, and the embedding penalty."""
    builder.columns += ["latency_p99_floor_ns", "latency_p999_floor_ns"]
    for row in builder.rows:
        row["latency_p50_ns"] = row["latency_ns"]
    builder.metadata["python"]["embedding_penalty"] = {
        "mean": 1.09, "cells": [{"kernel": "sum", "variant": "python/loop", "n": 16, "ratio": 1.09}]
    }
    return builder


def test_the_answer_comes_first_and_what_is_missing_last(small: Builder) -> None:
    with_floors(small).fail("oom", kernel="sum", variant="python/loop", n=4096)
    page = page_of(small)
    order = ["Each kernel at its own largest n", "python/builtin", "Loops are slow", "All figures"]
    places = [page.text.index(words) for words in order]
    # The contents name some of these before.
    ending = ("How it was measured", "Machine", "Noise floor", "Embedding penalty",
              "Failed and skipped", "oom here")
    places += [page.text.rindex(words) for words in ending]
    assert places == sorted(places)
    links = page.values("a", "href")
    assert links.index("#method") < links.index("#missing")


def test_a_claim_shows_its_verdict_and_the_numbers_that_decided(plain: Written) -> None:
    page = plain.page
    visible, _, hidden = page.text.partition("The rule")
    assert "holds from n = 256" in visible and "Loops are slow" in visible
    assert all(f"{n}.5x, {n}.1x to {n}.9x" in visible for n in (16, 256, 4096))
    assert "1024.5x" not in visible and "1024.5x" in hidden
    assert "3 ns" not in visible and "3 ns" in hidden
    assert "loop over simd, 12" in hidden


def test_a_verdict_names_what_it_depends_on(small: Builder) -> None:
    depends_on = {"compiler": "GNU 12.2.0", "processor": None}
    told = "compiler (GNU 12.2.0), processor (not recorded)"
    assert f"Depends on: {told}" in words_of(small, [claim(depends_on=depends_on)]).text
    assert f"| {told} |" in short_beside(small.directory)
    assert "Depends on" not in words_of(small, [claim(depends_on={})]).text


def test_verdicts_are_counted_worded_and_coloured(small: Builder) -> None:
    page = words_of(small, [claim(), claim(id="C07", outcome="open", verdict="open")])
    assert "◐ 1 holds from" in page.text and "? 1 open" in page.text
    classes = page.values("span", "class")
    assert "verdict partly" in classes and "verdict open" in classes


def test_a_kernel_lists_its_claims_and_figures(plain: Written) -> None:
    text = plain.page.text
    part = text[text.index("Sum of a float32 slice sum"):]
    assert "holds from n = 256" in part.partition("All figures")[0]
    row = plain.builder.cells(kernel="sum", variant="python/loop", n=256)[0]
    assert f"{row['latency_ns'] / 1000:.3g} µs" in part.partition("All figures")[2]


def test_what_variants_report_is_told_of_the_sizes_where_they_did(small: Builder) -> None:
    for n, median in ((256, 0.25), (4096, 1.5)):
        small.add_metric("compile_s", n, median)
    small.add_metric("bytes", 256, 1234)
    text = words_of(small).text
    assert text.count("What variants reported") == 1
    words = " ".join(text.partition("What variants reported")[2].split())
    assert "n = 256 n = 4Ki bytes python/loop 1234 compile_s python/loop 0.250 1.50" in words


def test_what_failed_and_what_was_skipped_is_told_with_its_reason(small: Builder) -> None:
    small.fail("timeout", kernel="sum", variant="python/loop", n=4096)
    small.fail("skipped", kernel="sum", variant="python/numpy")
    text = words_of(small).text.split("Failed and skipped")[-1]
    assert "× timeout 4Ki timeout here" in text
    assert "– skipped 16 to 4Ki (3 sizes) skipped here" in text
    short = short_beside(small.directory)
    assert "- sum python/loop: timeout at n = 4Ki: timeout here" in short


def test_machine_python_and_noise_are_told(small: Builder) -> None:
    text = words_of(with_floors(small)).text
    assert "AMD EPYC 7763" in text and "g++ 12.2.0" in text
    assert "level 1, type Data, size 32 KiB" in text
    assert "(1.30× in the median of" in text


def test_hostile_texts_stay_texts(small: Builder) -> None:
    small.metadata["kernels"]["sum"].update(title=HOSTILE, item=HOSTILE)
    small.metadata["machine"].update({"cpu": HOSTILE, HOSTILE: HOSTILE})
    small.fail("error", kernel="sum", variant="python/array", n=16)
    for row in small.cells(kernel="sum"):
        row["reason"] = HOSTILE
    for row in [*small.cells(variant="python/loop"), *small.quantiles]:
        if row["variant"] == "python/loop":
            row["variant"] = f"python/{HOSTILE}".replace("\u202e", "")
    texts = {key: HOSTILE for key in ("id", "topic", "claim", "rule", "verdict", "reason")}
    hostile = finding(what=HOSTILE, kernel=HOSTILE, text=HOSTILE)
    page = page_of(small, [claim(**texts, findings=[hostile], depends_on={HOSTILE: HOSTILE})])
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count("{{ 7 * 7 }}") > 10
    short = short_beside(small.directory)
    assert "<" not in short and "\u202e" not in short
    assert "\\`x\\`" in short and " | `x`" not in short


def test_cells_of_the_short_form_keep_their_columns(small: Builder) -> None:
    short = short_of(small, [claim(claim="a | b\nc")])
    tables = [line for line in short.splitlines() if line.startswith("|")]
    columns = {len(re.findall(r"(?<!\\)\|", line)) - 1 for line in tables}
    assert columns == {7, 5}
    assert "a \\| b c" in short


def test_the_short_form_is_short(builder: Builder) -> None:
    for i in range(18):
        builder.add(f"k{i}", sizes=(16, 64), like="sum")
    builder.fail("timeout", n=64, lane="native")
    short = short_of(builder, [claim(id=f"C{i}") for i in range(31)])
    assert short.count("\n") <= 150
    assert "and 52 more" in short


def test_the_same_run_gives_the_same_page_with_charts_as_files_and_without(
    plain: Written, with_charts: Written
) -> None:
    first, second = (run.directory / "report.html" for run in (plain, with_charts))
    assert first.read_bytes() == second.read_bytes()


def test_out_chooses_the_page_and_its_neighbour(small: Builder, tmp_path: Path) -> None:
    assert report(small, [], "--out", str(tmp_path / "new" / "page.html")) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"page.html", "page.md"}


def test_charts_are_written_as_by_plot_only_when_asked_for(
    plain: Written, with_charts: Written, tmp_path: Path
) -> None:
    assert not (plain.directory / "charts").exists()
    charts = with_charts.directory / "charts"
    written = {path.name: path.read_bytes() for path in charts.iterdir()}
    said = with_charts.said.splitlines()[-1]
    assert said.endswith(f"report.md, and {len(written)} files to {charts}")
    assert main(["plot", str(with_charts.directory), "--out", str(tmp_path)]) == 0
    assert written == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) > 30


def test_a_run_without_any_gap_has_a_report(builder: Builder) -> None:
    builder.add("sum", sizes=(16,))
    builder.rows = builder.cells(lane="native")
    assert "No Python variant of this run could be compared" in page_of(builder, []).text


def test_where_a_rewrite_pays_is_told_in_the_programs_own_words(small: Builder) -> None:
    [sentence] = ANSWERS["sentences"]
    assert sentence in words_of(small).text
    assert sentence in short_of(small)


@pytest.mark.parametrize(
    "told", [[], {"sentences": []}, {"worthwhile_gap": "much", "sentences": []},
             {"worthwhile_gap": 2, "sentences": [3]}],
)
def test_bad_answers_are_refused(tmp_path: Path, told: Any) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(LoadError, match="answers.json: is not what `gapmeter report DIR` writes"):
        load_answers(path)


@pytest.mark.parametrize(
    ("claims", "complaint"),
    [
        ({}, "all of it must be a list"),
        ([3], "a claim must be a dict"),
        ([claim(outcome="maybe")], "outcome is 'maybe', not one of holds"),
        ([claim(depends_on=["compiler"])], "depends_on must be a dict"),
        ([claim(depends_on={"compiler": 12})], "compiler must be a str"),
        ([claim(findings=[finding(line="12")])], "line is '12', neither a number nor null"),
        ([{"id": "C06", "outcome": "holds"}], "'topic' is missing from a claim"),
    ],
)
def test_bad_claims_are_one_line_on_stderr_and_exit_2(
    small: Builder, capsys: pytest.CaptureFixture[str], claims: Any, complaint: str
) -> None:
    assert report(small, claims) == 2
    error = capsys.readouterr().err
    assert error.startswith("gapmeter report: ") and error.count("\n") == 1
    assert "claims.json" in error and complaint in error


def test_a_page_that_cannot_be_written_is_one_line_and_exit_2(
    small: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert report(small, [], "--out", str(tmp_path / "file" / "page.html")) == 2
    error = capsys.readouterr().err
    assert "cannot write" in error and error.count("\n") == 1


def test_compiled_languages_stand_against_each_other_where_there_are_two(
    builder: Builder
) -> None:
    builder.add("sum", sizes=(16, 1024)).add_rust(ratio=0.5)
    text = " ".join(words_of(builder).text.split())
    assert "Compiled languages: Rust over native" in text
    assert "rust/strict native/strict 0.500× n = 1Ki, 0.450× to 0.550× faster" in text
    short = short_beside(builder.directory)
    assert "| rust/strict | native/strict | 0.500× (0.450× to 0.550×) | 1Ki |" in short


def test_a_run_of_one_compiled_language_has_no_such_section(plain: Written) -> None:
    assert "Compiled languages" not in plain.raw


def test_a_claim_tells_what_became_of_it_in_each_language(builder: Builder) -> None:
    def in_language(language: str, text: str, **values: Any) -> dict[str, Any]:
        decided = claim(findings=[finding(text=text)], **values)
        return decided | {"language": language, "verdict": decided["outcome"]}

    builder.add("sum", sizes=(16,))
    rust = in_language("Rust", "1.5x", outcome="holds")
    languages = [
        rust, in_language("C++", "2.5x", outcome="does not hold"),
        in_language("Zig", "3.5x", outcome="not measured here"),
    ]
    both = rust | {"verdict": "Rust: holds; C++: does not hold", "languages": languages}
    text = " ".join(words_of(builder, [both]).text.split())
    assert "✓ Rust: holds; C++: does not hold" in text
    assert re.search(r"Rust: holds loop over simd: 1.5x .*C\+\+: does not hold .*2.5x", text)
    assert "3.5x" not in text
    assert "Rust: holds; C++: does not hold" in short_beside(builder.directory)


def test_what_a_server_costs_is_a_table_of_its_kernel(builder: Builder) -> None:
    add_small(builder).add_servers()
    builder.servers[0]["instances"] = 10
    page = page_of(builder)
    assert "What it costs" in page.text
    said = " ".join(page.text.split())
    assert "python/fastapi 1.19 k 500 2.81 ms 52.0 MiB idle 47.0 MiB 840 µs 9.85 k" in said
    assert "instances for 5 k/s" in page.text
    short = short_of(builder)
    assert "### A prediction over HTTP: what it costs" in short
    [line] = [line for line in short.splitlines() if line.startswith("| python/fastapi | 1.19 k")]
    assert line.endswith("| 10 |")
    [head] = [line for line in short.splitlines() if line.startswith("| server |")]
    assert line.count("|") == head.count("|")


def test_a_soak_of_a_minute_tells_growth(builder: Builder) -> None:
    add_small(builder).add_servers()
    builder.set_state(where={"variant": "python/fastapi"}, soak_s=60, soak_growth_bytes=3 * 2**20)
    assert "grew by 3.00 MiB" in page_of(builder).text


def test_without_a_wanted_rate_no_instances_are_told(builder: Builder) -> None:
    add_small(builder).add_servers()
    for row in builder.servers:
        row.update(wanted_per_s="", instances="")
    assert "instances" not in page_of(builder).text
    assert "instances" not in short_of(builder)


def test_a_report_of_servers_alone_speaks_of_no_gaps(builder: Builder) -> None:
    builder.add_servers()
    page = page_of(builder)
    assert "What it costs" in page.text and "beats the baseline" not in page.text
    assert "could be compared" not in page.text
    assert "| kernel | baseline |" not in short_of(builder)
