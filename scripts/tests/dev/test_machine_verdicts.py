"""The verdicts of every machine that was measured, with the rules that they are of."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from dev import machine_verdicts, readme_claims

FACTS = {
    "started": "2026-11-23T09:23:30Z",
    "machine": {"cpu": "AMD EPYC 7", "logical_cpus": 2, "caches": [{"size_bytes": 32768}]},
    "build": {"compiler": "GNU 12.2.0", "flags": "-O3", "git_revision": "abc"},
    "python": {"version": "3.11.2"},
}
CLAIMS = [
    {"id": id, "claim": f"{id}.", "rule": f"Rule of {id}.", "outcome": "holds", "verdict": "holds"}
    for id in ("C01", "C02")
]


def decided(**verdicts: str) -> dict[str, Any]:
    """A record whose claims came out like this."""
    claims = [
        claim | {"outcome": verdicts.get(claim["id"], "holds")} for claim in CLAIMS
    ]
    return machine_verdicts.record_of(
        FACTS, [claim | {"verdict": claim["outcome"]} for claim in claims]
    )


def test_a_record_has_the_machine_and_each_verdict_with_its_rule() -> None:
    record = decided()
    assert record["machine"] == {
        "cpu": "AMD EPYC 7", "logical_cpus": 2, "cache_bytes": [32768], "compiler": "GNU 12.2.0",
        "rust_compiler": None, "flags": "-O3", "python": "3.11.2", "program": "abc",
        "date": "2026-11-23",
    }  # fmt: skip
    assert record["verdicts"]["C01"]["verdict"] == "holds"
    assert record["verdicts"]["C01"]["rule"] != record["verdicts"]["C02"]["rule"]
    assert machine_verdicts.file_name(record) == "amd-epyc-7-gnu-12.2.0-cpython-3.11.2.json"


def test_each_machine_has_a_column_and_what_differs_is_said() -> None:
    lines = machine_verdicts.verdicts_table(
        CLAIMS, [decided(), decided(C02="does not hold")]
    ).splitlines()
    assert lines[0].startswith("1. AMD EPYC 7 (2 processors, caches of 32 KiB), GNU 12.2.0 -O3, ")
    assert lines[1].startswith("2. AMD EPYC 7")
    assert lines[3] == "Decided differently on different machines: C02."
    assert lines[-2] == "| C01 | C01. | holds | holds |"
    assert lines[-1] == "| C02 | C02. | holds | does not hold |"


@pytest.mark.parametrize("other", ["holds", "open", "not measured here"])
def test_what_one_machine_leaves_open_is_no_difference(other: str) -> None:
    table = machine_verdicts.verdicts_table(CLAIMS, [decided(), decided(C02=other)])
    assert "Decided differently" not in table


def test_a_verdict_of_an_older_rule_is_told_as_such_and_differs_from_none() -> None:
    claims = [CLAIMS[0], CLAIMS[1] | {"rule": "Another rule."}]
    table = machine_verdicts.verdicts_table(claims, [decided(), decided(C02="does not hold")])
    assert "| C02 | C02. | holds, by an older rule | does not hold, by an older rule |" in table
    assert "| C01 | C01. | holds | holds |" in table
    assert "Decided differently" not in table


def test_what_was_not_measured_is_of_no_older_rule() -> None:
    claims = [CLAIMS[0], CLAIMS[1] | {"rule": "Another rule."}]
    table = machine_verdicts.verdicts_table(claims, [decided(C02="not measured here")])
    assert "| C02 | C02. | not measured here |" in table


def test_a_claim_that_a_machine_never_heard_of_is_told_as_such() -> None:
    older = copy.deepcopy(decided())
    del older["verdicts"]["C02"]
    assert "| C02 | C02. | unknown to that build |" in machine_verdicts.verdicts_table(
        CLAIMS, [older]
    )


def test_the_file_of_a_machine_is_replaced_and_those_of_others_are_shown(tmp_path: Path) -> None:
    run, claims, directory = tmp_path / "run.json", tmp_path / "claims.json", tmp_path / "verdicts"
    target = tmp_path / "claims.md"
    target.write_text(f"{readme_claims.BEGIN}{readme_claims.END}", encoding="utf-8")
    claims.write_text(json.dumps(CLAIMS), encoding="utf-8")
    for cpu in ("One", "Two", "Two"):
        facts = FACTS | {"machine": {"cpu": cpu, "logical_cpus": 2, "caches": []}}
        run.write_text(json.dumps(facts), encoding="utf-8")
        assert machine_verdicts.main([*map(str, (run, claims, directory, target))]) == 0
    assert len(list(directory.iterdir())) == 2
    assert "| C01 | C01. | holds | holds |" in target.read_text(encoding="utf-8")


def test_a_file_that_is_not_there_or_no_run_is_one_line_and_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "run.json"
    empty.write_text("{}", encoding="utf-8")
    for run in (tmp_path / "none.json", empty):
        assert machine_verdicts.main([str(run), str(empty), str(tmp_path), str(empty)]) == 2
        error = capsys.readouterr().err
        assert run.name in error and error.count("\n") == 1
    assert machine_verdicts.main([]) == 2
