"""Texts: their width, and what is cut."""

from __future__ import annotations

from gapmeter_report.drawing.text import fit, text_width


def test_a_text_that_is_too_wide_is_cut_with_an_ellipsis() -> None:
    cut = fit("x" * 10_000, 100)
    assert cut.endswith("…")
    assert text_width(cut) <= 100
    assert fit("short", 100) == "short"
