"""Texts: their width, and what is cut."""

from __future__ import annotations

from gapmeter_report.drawing.text import fit, in_lines, text_width


def test_a_text_that_is_too_wide_is_cut_with_an_ellipsis() -> None:
    cut = fit("x" * 10_000, 100)
    assert cut.endswith("…")
    assert text_width(cut) <= 100
    assert fit("short", 100) == "short"


def test_parts_share_a_line_while_there_is_room() -> None:
    part = "a note"
    two = text_width(f"{part} · {part}")
    assert in_lines([part] * 4, two + 1) == [f"{part} · {part}"] * 2
    assert in_lines([part] * 3, two + 1) == [f"{part} · {part}", part]
    assert in_lines([], 100) == []


def test_a_part_that_is_wider_than_a_line_is_cut() -> None:
    first, second = in_lines(["x" * 1000, "short"], 100)
    assert first.endswith("…") and text_width(first) <= 100 and second == "short"
