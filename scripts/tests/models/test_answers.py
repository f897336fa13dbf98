"""The answer: how large the gap is, from where on it matters, and what helps."""

from __future__ import annotations

from gapmeter_report.loading.run import load
from gapmeter_report.models.answers import Answer, answers_of, sentences
from helpers.builder import Builder


LARGE_GAP = 2.0


def told(builder: Builder) -> list[str]:
    run = load(builder.write())
    return sentences(answers_of(run, LARGE_GAP), LARGE_GAP, run.denominator)


def answer(builder: Builder) -> Answer:
    return answers_of(load(builder.write()), LARGE_GAP)[0]


def set_gaps(builder: Builder, variant: str, gaps: dict[int, float]) -> None:
    for n, gap in gaps.items():
        builder.set_gap(gap, spread=0.1, variant=variant, n=n)


def test_the_gap_is_large_from_where_its_whole_interval_is(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64, 256, 1024))
    set_gaps(builder, "python/builtin", {16: 5, 64: 2.1, 256: 2.5, 1024: 9})
    found = answer(builder)
    assert found.large_from == 256, "at 64 the interval begins below 2"
    assert not found.always_large


def test_a_gap_that_shrinks_again_is_not_large_from_anywhere(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    set_gaps(builder, "python/builtin", {16: 50, 64: 1.5})
    assert answer(builder).large_from is None


def test_a_call_costs_what_it_takes_longer_than_the_native_one(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64))
    set_gaps(builder, "python/builtin", {16: 2, 64: 2})
    for row in builder.cells(variant="python/builtin"):
        row["latency_ns"] = {16: 1.9e6, 64: 2e6}[row["n"]]
    assert answer(builder).costs_from == 64


def test_where_the_best_overtakes_comes_from_the_crossovers(builder: Builder) -> None:
    builder.add("sum").add_crossover("python/builtin", 16, 65536)
    assert answer(builder).overtakes == "from n between 16 and 64Ki on"


def test_a_baseline_that_is_the_best_overtakes_nothing(builder: Builder) -> None:
    assert answer(builder.add("empty", sizes=(1,))).overtakes == "is the baseline"


def test_the_sentences_give_range_and_median(builder: Builder) -> None:
    for name, gap in (("a", 3.0), ("b", 40.0), ("c", 10.0)):
        builder.add(name, sizes=(16, 64), like="sum")
        builder.set_gap(gap, kernel=name)
    first, where, _ = told(builder)
    assert "write first takes 3.00× (a, n = 64) to 40.0× (b, n = 64)" in first
    assert "10.0× in the median of the 3 kernels" in first
    assert "above 2× at every size in 3 of 3 kernels" in where
    assert "never costs 1 ms a call" in where


def test_every_kernel_is_told_at_its_own_largest_n(builder: Builder) -> None:
    builder.add("few", sizes=(16, 64), like="sum").add("many", sizes=(16, 4096), like="sum")
    builder.set_gap(3, kernel="few").set_gap(7, kernel="many")
    first, *_ = told(builder)
    assert "3.00× (few, n = 64) to 7.00× (many, n = 4Ki)" in first


def test_a_kernel_whose_work_does_not_grow_is_not_in_the_median(builder: Builder) -> None:
    """An empty call has the price of a call for its gap; so has a heap that nobody looks at."""
    for name, gap in (("a", 10.0), ("b", 30.0), ("still", 1000.0)):
        builder.add(name, sizes=(16, 64), like="sum").set_gap(gap, kernel=name)
    builder.add("empty", sizes=(1,)).set_gap(1000, kernel="empty")
    for row in builder.cells(kernel="still"):
        row.update(items_per_s=1e9 / row["latency_ns"], bytes_per_s="", flops_per_s="")
    first, *_ = told(builder)
    assert "to 1000×" in first
    assert "20.0× in the median of the 2 kernels whose work grows with n" in first


def test_the_answer_is_of_the_main_job(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64)).give_job("view", variant="python/numpy")
    builder.set_gap(9).set_gap(1.1, variant="python/numpy")
    best = answer(builder).best
    assert best is not None and best.variant != "python/numpy"


def test_a_gap_of_one_thread_says_so_where_there_are_more(builder: Builder) -> None:
    builder.add("sum", sizes=(16,))
    alone = answer(builder)
    assert alone.baseline is not None
    assert alone.baseline.label == "python/builtin"
    threaded = answer(builder.add_threads(4, variant="python/builtin"))
    assert threaded.baseline is not None
    assert threaded.baseline.label == "python/builtin ×1"
