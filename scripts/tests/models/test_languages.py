"""Compiled languages against each other: which pairs there are, and what is said of each."""

from __future__ import annotations

from gapmeter_report.loading import run as loading
from gapmeter_report.models.languages import LanguagePair, languages_of, pairs_of
from helpers.builder import Builder


def pairs(builder: Builder) -> list[LanguagePair]:
    """Those of the run as it is written now."""
    return pairs_of(loading.load(builder.write()).lanes)


def test_a_pair_is_told_at_its_largest_size_and_at_those_before(builder: Builder) -> None:
    [pair] = pairs(builder.add("sum", sizes=(16, 1024)).add_rust(ratio=0.5))
    assert (pair.variant, pair.reference) == ("rust/strict", "native/strict")
    assert (pair.sizes, pair.ratios) == (("16", "1Ki"), ("0.500×", "0.500×"))
    assert pair.interval == "0.450× to 0.550×"
    assert pair.side == "faster"
    assert languages_of([pair]) == "Rust over native"


def test_an_interval_that_contains_1_takes_no_side(builder: Builder) -> None:
    [pair] = pairs(builder.add("sum", sizes=(16,)).add_rust(ratio=1.05))
    assert pair.side == ""


def test_a_ratio_without_an_interval_takes_no_side(builder: Builder) -> None:
    [pair] = pairs(builder.add("sum", sizes=(16,)).add_rust(ratio_ci_low="", ratio_ci_high=""))
    assert (pair.side, pair.interval) == ("", "")


def test_the_fastest_of_each_are_one_pair_though_they_change_along_sizes(builder: Builder) -> None:
    builder.add("sum", sizes=(16, 64)).add_rust(pairing="fastest").add_rust(name="simd", ratio=2)
    small, large = builder.lanes[0], builder.lanes[3] | {"pairing": "fastest"}
    builder.lanes = [small, large]
    [pair] = pairs(builder)
    assert pair.is_fastest and pair.variant == "rust/simd"
    assert pair.ratios == ("0.500×", "2.00×") and pair.side == "slower"


def test_a_run_of_one_compiled_language_has_no_pairs(builder: Builder) -> None:
    assert pairs(builder.add("sum", sizes=(16,))) == []
