"""README.md's table of claims is made from a run, never typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dev import readme_claims

ROOT = Path(__file__).resolve().parents[3]
CLAIMS = [
    {"id": "C01", "claim": "A < B | C.", "outcome": "holds", "verdict": "holds"},
    {"id": "C02", "claim": "Two.", "outcome": "holds from", "verdict": "holds from n = 4Ki"},
    {"id": "C03", "claim": "Three.", "outcome": "holds", "verdict": "holds"},
]


def test_verdicts_are_counted_and_every_claim_has_a_line() -> None:
    lines = readme_claims.claims_table(CLAIMS).splitlines()
    assert lines[0] == "Of 3 claims: holds: 2, holds from: 1."
    assert lines[4:] == [
        "| C01 | A &lt; B \\| C. | holds |",
        "| C02 | Two. | holds from n = 4Ki |",
        "| C03 | Three. | holds |",
    ]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    text = f"before\n{readme_claims.BEGIN}\nold\n{readme_claims.END}\nafter\n"
    replaced = readme_claims.with_table(text, "new")
    assert replaced == f"before\n{readme_claims.BEGIN}\nnew\n{readme_claims.END}\nafter\n"
    assert readme_claims.with_table(replaced, "new") == replaced


@pytest.mark.parametrize("text", ["", readme_claims.BEGIN, readme_claims.END])
def test_a_file_without_both_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="has no"):
        readme_claims.with_table(text, "new")


def test_the_readme_shows_the_claims_of_the_reference_run() -> None:
    claims = json.loads((ROOT / "results/reference/claims.json").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme_claims.with_table(readme, readme_claims.claims_table(claims)) == readme


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "claims.json"
    assert readme_claims.main([str(missing), str(ROOT / "README.md")]) == 2
    assert str(missing) in capsys.readouterr().err
