"""The charts of servers: latency against offered rate, and what a server gives and takes."""

from __future__ import annotations

import pytest
from gapmeter_report.charts.footprint import footprint_chart
from gapmeter_report.charts.gallery import draw_all
from gapmeter_report.charts.serving import serving_chart
from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.run import load
from gapmeter_report.models.subjects import subject_of
from helpers.artists import draw, lines, says
from helpers.builder import Builder


def test_there_is_a_panel_for_each_percentile_that_is_known(builder: Builder) -> None:
    builder.add_servers()
    labels = [axes.get_ylabel() for axes in draw(serving_chart, builder, "serve").figure.axes]
    assert labels == [f"{name} of latency" for name in ("p50", "p90", "p99", "p99.9")]
    builder.clear("latency_p999_ns", kernel="serve")
    assert len(draw(serving_chart, builder, "serve").figure.axes) == 3


def test_lines_end_where_a_server_no_longer_keeps_up(builder: Builder) -> None:
    chart = draw(serving_chart, builder.add_servers(), "serve")
    p50, last = lines(chart.figure.axes[0]), lines(chart.figure.axes[-1])
    assert [rate for rate, value in p50["python/fastapi"] if value > 0][-1] == 1000
    assert [rate for rate, value in p50["native/beast"] if value > 0][-1] == 16000
    assert [rate for rate, _ in last["failed python/fastapi"]] == [2000]
    assert says(chart, "python/fastapi: saturates at 1.19 k/s")


def test_the_knee_of_each_server_is_marked_in_each_panel(builder: Builder) -> None:
    for axes in draw(serving_chart, builder.add_servers(), "serve").figure.axes:
        assert {rate for rate, _ in lines(axes)["saturation native/beast"]} == {27_300}


def test_the_objective_lies_across_the_99th_percentile_alone(builder: Builder) -> None:
    axes = draw(serving_chart, builder.add_servers(), "serve").figure.axes
    assert ["level 1e+07" in lines(panel) for panel in axes] == [False, False, True, False]


def test_rates_above_saturation_that_were_not_tried_are_not_drawn(builder: Builder) -> None:
    chart = draw(serving_chart, builder.add_servers(), "serve")
    assert not [name for name in lines(chart.figure.axes[-1]) if name.startswith("skipped")]


def test_a_server_that_is_missing_is_drawn_as_skipped(builder: Builder) -> None:
    builder.add_servers().fail("skipped", kernel="serve", variant="python/asgi")
    chart = draw(serving_chart, builder, "serve")
    assert "skipped python/asgi" in lines(chart.figure.axes[-1])


def test_a_client_that_was_too_slow_is_not_called_saturation(builder: Builder) -> None:
    builder.add_servers()
    builder.set_state(where={"variant": "native/beast", "n": 32_000}, state="client_bound")
    chart = draw(serving_chart, builder, "serve")
    assert says(chart, "native/beast: client late")


def test_the_chart_says_which_processors_client_and_server_had(builder: Builder) -> None:
    builder.add_servers()
    apart = "server on processor 1, client on processor 0"
    assert says(draw(serving_chart, builder, "serve"), apart)
    builder.set_state(where={"variant": "python/asgi"}, shared_processors=1)
    chart = draw(serving_chart, builder, "serve")
    assert says(chart, "on the client's processors, too: python/asgi")


def test_the_words_for_those_who_cannot_see_tell_saturation(builder: Builder) -> None:
    alt = draw(serving_chart, builder.add_servers(), "serve").alt
    assert "p99 of latency at the highest rate kept up with: python/fastapi" in alt
    assert "Saturated at: python/fastapi 1.19 k/s" in alt


def test_a_server_gives_what_it_serves_within_the_objective(builder: Builder) -> None:
    chart = draw(footprint_chart, builder.add_servers(), "serve")
    rates, memory, processor = (lines(axes) for axes in chart.figure.axes)
    assert rates["python/fastapi"] == [(500, 0)]
    assert rates["small python/fastapi"] == [(1190, 0)]
    assert memory["python/fastapi"] == [(52 * 2**20, 0)]
    assert memory["small python/fastapi"] == [(47 * 2**20, 0)]
    assert processor["python/fastapi"][0][0] == pytest.approx(1e9 / 1190)
    assert says(chart, "500 of 1.19 k")


def test_a_server_that_misses_the_objective_everywhere_has_no_rate(builder: Builder) -> None:
    chart = draw(footprint_chart, builder.add_servers(objective_ns=1e5), "serve")
    assert "python/fastapi" not in lines(chart.figure.axes[0])
    assert says(chart, "– of 1.19 k")
    assert "python/fastapi: – requests/s with p99 within 100 µs" in chart.alt


def test_names_of_ticks_have_room_where_servers_differ_a_hundredfold(builder: Builder) -> None:
    builder.add_servers()
    for row in builder.servers:
        if row["variant"] == "native/beast":
            row["idle_bytes"] = row["loaded_bytes"] = 600_000
    for axes in draw(footprint_chart, builder, "serve").figure.axes:
        axes.figure.canvas.draw()
        boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
        assert boxes and not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_several_processes_are_told_with_their_memory(builder: Builder) -> None:
    builder.add_servers()
    builder.set_state(where={"variant": "python/fastapi"}, server_processes=3)
    assert says(draw(footprint_chart, builder, "serve"), "52.0 MiB in 3")


def test_without_costs_there_is_no_such_chart(builder: Builder) -> None:
    builder.add_servers().servers.clear()
    run = load(builder.write())
    assert footprint_chart(run.rows("serve"), subject_of(run, "serve")) is None
    assert draw(serving_chart, builder, "serve").figure.axes


def test_servers_have_charts_of_their_own_and_no_place_among_sizes(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 1024)).add_servers()
    pictures = draw_all(load(builder.write()), ())
    drawn = {picture.stem for picture in pictures}
    assert {"serve_serving", "serve_footprint", "sum_latency"} <= drawn
    assert not drawn & {"serve_latency", "serve_gap", "serve_ladder", "sum_serving"}
    assert not any("serve" in p.alt for p in pictures if p.stem in ("heatmap", "overview"))


def test_a_run_of_servers_alone_has_only_their_charts(builder: Builder) -> None:
    pictures = draw_all(load(builder.add_servers().write()), ())
    assert [picture.stem for picture in pictures] == ["serve_serving", "serve_footprint"]


def test_a_latency_may_be_missing_only_for_a_reason(builder: Builder) -> None:
    builder.add_servers().clear("state", variant="python/fastapi", n=2000)
    with pytest.raises(LoadError, match="status is ok but latency_ns is empty"):
        load(builder.write())


def test_a_service_that_is_none_is_refused(builder: Builder) -> None:
    builder.add_servers().metadata["kernels"]["serve"]["service"] = {"server_cpus": 1}
    with pytest.raises(LoadError, match="kernels.serve.service must be an object with schedule"):
        load(builder.write())
