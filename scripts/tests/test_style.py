"""House style: looks that can be told apart, formats, ticks, and labels that do not overlap."""

from __future__ import annotations

import itertools

import pytest
import style
from style import Looks


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0.31, "0.31 ns"), (1, "1 ns"), (1500, "1.5 µs"), (2e7, "20 ms"), (3.2e9, "3.2 s")],
)
def test_times_have_the_unit_that_fits(nanoseconds: float, text: str) -> None:
    assert style.format_time(nanoseconds) == text


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0"), (16, "16"), (1024, "1 Ki"), (1536, "1.5 Ki"), (1025, "1025"), (2**24, "16 Mi"),
     (1_000_000, "1,000,000")],
)
def test_sizes_are_binary_only_where_that_is_exact(n: int, text: str) -> None:
    assert style.format_size(n) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.853, "0.85×"), (1, "1.0×"), (2.13, "2.1×"), (9.96, "10×"), (34.4, "34×"), (99.6, "100×"),
     (483.2, "483×"), (12345, "12,300×")],
)
def test_ratios_have_no_more_digits_than_they_deserve(ratio: float, text: str) -> None:
    assert style.format_ratio(ratio) == text


def test_bytes_and_rates_have_their_own_prefixes() -> None:
    assert style.format_bytes(3 * 2**20) == "3 MiB"
    assert style.format_rate(3e6) == "3 M"


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
    assert (native.linestyle, native.hollow) == ("-", False)
    assert (python.linestyle, python.hollow) == ("--", True)


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
    slots = style.assign_slots(charts, [])
    assert slots["native/a"] == slots["native/c"] != slots["native/b"]


def test_a_baseline_gets_the_first_look() -> None:
    names = {"python/a", "python/b", "python/z"}
    assert style.assign_slots([names], ["python/z"])["python/z"] == 0


def test_more_threads_keep_the_colour_and_change_the_marker() -> None:
    looks = Looks([["native/simd"]], [], [1, 2])
    one, two = looks.of("native/simd", 1), looks.of("native/simd", 2)
    assert one.colour == two.colour
    assert one.marker != two.marker
    assert style.series_label("native/simd", 2) == "native/simd ×2"
    assert style.series_label("native/simd", 1) == "native/simd"


def test_spread_leaves_positions_that_are_far_enough_apart() -> None:
    assert style.spread([5, 40, 20], 10, 0, 50) == [5, 40, 20]


def test_spread_moves_equal_positions_apart_around_where_they_were() -> None:
    assert style.spread([20, 20, 20], 10, 0, 50) == [10, 20, 30]


@pytest.mark.parametrize("wanted", [[0, 0, 0], [50, 50, 50], [48, 3, 50], [10, 11, 30]])
def test_spread_stays_within_its_bounds_in_order_and_apart(wanted: list[float]) -> None:
    placed = style.spread(wanted, 10, 0, 50)
    assert placed is not None
    assert sorted(range(3), key=wanted.__getitem__) == sorted(range(3), key=placed.__getitem__)
    low_to_high = sorted(placed)
    assert low_to_high[0] >= 0 and low_to_high[-1] <= 50
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(low_to_high))


def test_spread_says_when_there_is_no_room() -> None:
    assert style.spread([1, 2, 3], 10, 0, 19) is None


def test_ticks_of_a_small_range_are_not_only_decades() -> None:
    assert style.decimal_ticks(1.2, 6) == [1.5, 2, 3, 5]


def test_ticks_of_many_decades_are_thinned() -> None:
    ticks = style.decimal_ticks(1, 1e12)
    assert 4 <= len(ticks) <= 8
    assert ticks[:2] == [1, 100]


def test_tick_labels_that_would_overlap_are_left_out_but_never_the_last() -> None:
    assert style.thin([0, 10, 20, 30], [4, 4, 4, 4]) == [0, 1, 2, 3]
    assert style.thin([0, 10, 20, 30], [14, 14, 14, 14]) == [1, 3]
    assert style.thin([0, 1, 2, 3, 40, 80], [14] * 6) == [3, 4, 5]


def test_a_text_that_is_too_wide_is_cut_with_an_ellipsis() -> None:
    cut = style.fit("x" * 10_000, 100)
    assert cut.endswith("…")
    assert style.text_width(cut) <= 100
    assert style.fit("short", 100) == "short"
