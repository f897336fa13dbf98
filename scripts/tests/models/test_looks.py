"""Looks: variants that share a chart can be told apart, and lanes by more than colour."""

from __future__ import annotations

from gapmeter_report.models.looks import Looks, assign_slots
from gapmeter_report.models.series import series_label


def test_every_engine_of_python_looks_like_python_and_none_like_another() -> None:
    names = ["native/a", "python/a", "python@3.13/a"]
    looks = Looks([names], [], [1])
    native, first, second = (looks.of(name) for name in names)
    assert (second.linestyle, second.hollow) == (first.linestyle, first.hollow)
    assert second.linestyle != native.linestyle
    assert second.colour != first.colour and second.marker != first.marker


def test_python_and_native_differ_by_more_than_colour() -> None:
    looks = Looks([["native/a", "python/a"]], [], [1])
    native, python = looks.of("native/a"), looks.of("python/a")
    assert (native.linestyle, native.hollow) == ("solid", False)
    assert (python.linestyle, python.hollow) == ("dashed", True)


def test_nine_variants_of_a_kernel_all_have_their_own_colour() -> None:
    names = [f"native/{i}" for i in range(5)] + [f"python/{i}" for i in range(4)]
    looks = Looks([names], [], [1])
    assert len({looks.of(name).colour for name in names}) == len(names)


def test_thirty_variants_and_two_thread_counts_all_look_different() -> None:
    names = [f"native/{i}" for i in range(15)] + [f"python/{i}" for i in range(15)]
    looks = Looks([names], [], [1, 2])
    all_looks = {looks.of(name, threads) for name in names for threads in (1, 2)}
    assert len(all_looks) == 60


def test_variants_of_different_kernels_may_share_a_colour_but_not_within_one() -> None:
    charts = [{"native/a", "native/b"}, {"native/b", "native/c"}, {"native/a"}]
    slots = assign_slots(charts, [])
    assert slots["native/a"] == slots["native/c"] != slots["native/b"]


def test_a_baseline_gets_the_first_look() -> None:
    names = {"python/a", "python/b", "python/z"}
    assert assign_slots([names], ["python/z"])["python/z"] == 0


def test_more_threads_keep_the_colour_and_change_the_marker() -> None:
    looks = Looks([["native/simd"]], [], [1, 2])
    one, two = looks.of("native/simd", 1), looks.of("native/simd", 2)
    assert one.colour == two.colour
    assert one.marker != two.marker
    assert series_label("native/simd", 2) == "native/simd ×2"
    assert series_label("native/simd", 1) == "native/simd"
