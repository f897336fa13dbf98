"""Subjects: what the charts of a run have in common, and where its numbers come from."""

from __future__ import annotations

from gapmeter_report.charts.latency import latency_chart
from gapmeter_report.loading.run import load
from gapmeter_report.models.subjects import subjects_of
from helpers.artists import ALL, draw, says
from helpers.builder import Builder


def test_a_variant_looks_the_same_in_all_charts_of_a_run(reference_run: Builder) -> None:
    run = load(reference_run.write())
    looks = set()
    for subject in subjects_of(run):
        for what in ALL:
            for axes in what(run.rows(subject.kernel.name), subject).figure.axes:
                looks |= {(line.get_color(), line.get_marker())
                          for line in axes.get_lines() if line.get_label() == "python/numpy"}
    assert len(looks) == 1


def test_the_baselines_of_all_kernels_have_one_colour(reference_run: Builder) -> None:
    reference_run.metadata["kernels"]["sum"]["baseline"] = "python/loop"
    found = subjects_of(load(reference_run.write()))
    assert len({s.looks.of(s.kernel.baseline or "").colour for s in found}) == 1


def test_every_chart_says_on_what_it_was_measured(reference_run: Builder) -> None:
    for what in ALL:
        chart = draw(what, reference_run)
        assert says(chart, "AMD EPYC 7763 · Python 3.11.2 · 2026-11-22 · gapmeter")
        assert chart.title.startswith("Sum of a float32 slice: ")


def test_a_footer_admits_what_was_not_recorded(reference_run: Builder) -> None:
    for key in ("machine", "python", "started"):
        del reference_run.metadata[key]
    chart = draw(latency_chart, reference_run)
    assert says(chart, "CPU not recorded · Python version not recorded · date not recorded")
