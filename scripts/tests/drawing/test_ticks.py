"""Ticks and labels: round numbers, and none that overlap."""

from __future__ import annotations

import itertools

import pytest
from gapmeter_report.drawing.ticks import binary_ticks, decimal_ticks, spread, thin, thin_evenly


def test_spread_leaves_positions_that_are_far_enough_apart() -> None:
    assert spread([5, 40, 20], 10, 0, 50) == [5, 40, 20]


def test_spread_moves_equal_positions_apart_around_where_they_were() -> None:
    assert spread([20, 20, 20], 10, 0, 50) == [10, 20, 30]


@pytest.mark.parametrize("wanted", [[0, 0, 0], [50, 50, 50], [48, 3, 50], [10, 11, 30]])
def test_spread_stays_within_its_bounds_in_order_and_apart(wanted: list[float]) -> None:
    placed = spread(wanted, 10, 0, 50)
    assert placed is not None
    assert sorted(range(3), key=wanted.__getitem__) == sorted(range(3), key=placed.__getitem__)
    low_to_high = sorted(placed)
    assert low_to_high[0] >= 0 and low_to_high[-1] <= 50
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(low_to_high))


def test_spread_says_when_there_is_no_room() -> None:
    assert spread([1, 2, 3], 10, 0, 19) is None


def test_ticks_of_a_small_range_are_not_only_decades() -> None:
    assert decimal_ticks(1.2, 6) == [1.5, 2, 3, 5]


def test_ticks_of_many_decades_are_thinned() -> None:
    ticks = decimal_ticks(1, 1e12)
    assert 4 <= len(ticks) <= 8
    assert ticks[:2] == [1, 100]


def test_tick_labels_that_would_overlap_are_left_out_but_never_the_last() -> None:
    assert thin([0, 10, 20, 30], [4, 4, 4, 4]) == [0, 1, 2, 3]
    assert thin([0, 10, 20, 30], [14, 14, 14, 14]) == [1, 3]
    assert thin([0, 1, 2, 3, 40, 80], [14] * 6) == [3, 4, 5]


def test_labels_of_a_row_of_cells_are_thinned_evenly() -> None:
    assert thin_evenly([0, 10, 20, 30], [4, 4, 4, 4]) == [0, 1, 2, 3]
    assert thin_evenly([0, 10, 20, 30, 40], [4, 4, 4, 14, 14]) == [0, 2, 4]
    assert thin_evenly([0, 1], [14, 14]) == [1] and thin_evenly([], []) == []


def test_binary_ticks_are_powers_of_two_and_no_more_than_have_room() -> None:
    assert binary_ticks(3, 20) == [4, 8, 16]
    assert binary_ticks(1, 2**10, most=6) == [1, 4, 16, 64, 256, 1024]
