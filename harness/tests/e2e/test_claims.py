"""claims: on a made-up run of everything that the program has, so that no rule can name what is not
there."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from support import BRIEF, Program, Results, Row, assert_rejected, even_slices

ROUNDS = 6
DIGEST = "00000000000000aa"
# How many different things a claim tells beside those that decide it: a rule whose contrasts
# name a variant or metric that is not there tells fewer.
TOLD_BESIDE = {
    "C01": 2, "C02": 2, "C04": 4, "C06": 2, "C07": 2, "C08": 1, "C10": 4, "C11": 1, "C12": 1,
    "C14": 3, "C15": 3, "C16": 2, "C17": 3, "C18": 1, "C19": 2, "C23": 1, "C24": 2, "C25": 7,
    "C26": 1, "C27": 1, "C28": 2, "C29": 4, "C30": 5, "C31": 3, "C32": 3, "C33": 2,
}  # fmt: skip
# Where Rust has other things to tell than C++.
TOLD_BESIDE_IN_RUST = TOLD_BESIDE | {"C10": 3, "C11": 2}

Kernels = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def kernels(gapmeter: Program) -> Kernels:
    listed = json.loads(gapmeter("list", "--format", "json").stdout)["kernels"]
    return {kernel["name"]: kernel for kernel in listed}


@pytest.fixture(scope="module")
def tiny_run(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A real run of the kernels that report metrics, for the columns and for these metrics."""
    run = gapmeter.measure(
        tmp_path_factory.mktemp("tiny") / "out",
        *(*BRIEF, "--kernels", "sum,object_size", "--sizes", "1Ki"),
    )
    assert run.process.returncode == 0, run.process.stderr
    return run


class MadeUpRun:
    """Rows of cells, each verified, weighed and timed in six rounds, as a scheduler does."""

    def __init__(self, real: Results) -> None:
        self.columns = list(real.rounds[0])
        self.metrics = {
            (row["kernel"], row["variant"]): row["metrics"]
            for row in real.rounds
            if row["pass"] == "time"
        }
        self.rows: list[Row] = []

    def add(self, kernel: str, variant: str, n: int, threads: int) -> None:
        common = dict.fromkeys(self.columns, "") | {
            "kernel": kernel, "variant": variant, "lane": variant.split("/")[0],
            "n": str(n), "threads": str(threads), "round": "0", "position": "0",
            "rounds_planned": str(ROUNDS), "budgeted": "false", "status": "ok",
            "input_digest": DIGEST, "working_set_bytes": str(8 * n), "prepare_s": "0",
            "timed_s": "0", "worker_s": "0",
        }  # fmt: skip
        peak = (4 << 20) + 8 * n
        self.rows.append(common | {"pass": "verify", "max_error": "0"})
        self.rows.append(
            common | {"pass": "memory", "rss_baseline_bytes": "1", "rss_peak_bytes": str(peak)}
        )
        self.rows += [self.timed(common, number) for number in range(ROUNDS)]

    def timed(self, common: Row, number: int) -> Row:
        level = (100 + zlib.crc32(common["variant"].encode()) % 1000) * int(common["n"])
        latency = level * (1 + 0.001 * number)
        times = "batch_min_ns batch_p10_ns batch_p50_ns batch_mean_ns".split()
        counts = "involuntary_switches minor_faults major_faults".split()
        collector = [name for name in self.columns if name.startswith("gc_")]
        key = (common["kernel"], common["variant"])
        default = "program_peak_bytes=1e7" if common["kernel"] == "cold_start" else ""
        row = common | {
            "pass": "time", "round": str(number), "calls_per_batch": "100",
            "batches": "50", "single_calls": "1000:9900 5000:100", "clock_ns": "20",
            "hiccup_s": "0.1", "metrics": self.metrics.get(key, default),
            "slices": even_slices(latency),
        }  # fmt: skip
        row |= dict.fromkeys(times, repr(latency)) | dict.fromkeys(counts, "0")
        if common["kernel"] == "serve":
            row |= self.load(common["n"])
        return row | (dict.fromkeys(collector, "1") if common["lane"] == "python" else {})

    @staticmethod
    def load(rate: str) -> Row:
        """As of a server that saturates at twice one of its rates."""
        nothing = "request_errors request_timeouts client_lag_p99_ns shared_processors".split()
        return dict.fromkeys(nothing, "0") | {
            "load_attempts": "1", "requests": "10000", "achieved_per_s": rate, "connections": "1",
            "capacity_per_s": "8000",
        }  # fmt: skip

    def write(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


@pytest.fixture(scope="module")
def everything(
    kernels: Kernels, tiny_run: Results, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A run of every kernel, variant and size that is listed, with one and with two threads."""
    directory = tmp_path_factory.mktemp("everything")
    facts = tiny_run.facts
    facts["kernels"] = {name: {"baseline": kernel["baseline"]} for name, kernel in kernels.items()}
    (directory / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    run = MadeUpRun(tiny_run)
    for name, kernel in kernels.items():
        for n in kernel["sizes"]:
            for variant in kernel["variants"]:
                run.add(name, variant, n, 1)
                run.add(name, variant, n, 2)
    run.write(directory / "rounds.csv")
    return directory


@pytest.fixture(scope="module")
def decided(gapmeter: Program, everything: Path) -> dict[str, dict[str, Any]]:
    process = gapmeter("claims", everything, "--format", "json")
    assert process.returncode == 0, process.stderr
    return {claim["id"]: claim for claim in json.loads(process.stdout)}


def test_every_claim_finds_the_variants_and_metrics_that_it_names(
    decided: dict[str, dict[str, Any]],
) -> None:
    missing = {
        (id, ruling["language"]): ruling["reason"]
        for id, claim in decided.items()
        for ruling in claim["languages"] or [claim]
        if ruling["outcome"] == "not measured here"
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("language", "expected"), [("C++", TOLD_BESIDE), ("Rust", TOLD_BESIDE_IN_RUST)]
)
def test_every_claim_finds_what_it_tells_beside(
    decided: dict[str, dict[str, Any]], language: str, expected: dict[str, int]
) -> None:
    rulings = {
        id: next((each for each in claim["languages"] if each["language"] == language), claim)
        for id, claim in decided.items()
        if id != "C22"  # whose exponents decide, between two lines
    }
    told = {
        id: {finding["what"] for finding in ruling["findings"] if finding["line"] is None}
        for id, ruling in rulings.items()
    }
    counts = {id: len(whats) for id, whats in told.items() if whats}
    assert counts == expected, told


def test_the_abstractions_whose_worst_decides_are_all_there(kernels: Kernels) -> None:
    """C10 is decided by the worst of those that it finds, so that it would not miss one."""
    abstractions = {f"native/{name}" for name in ("algorithm", "ranges", "lambda")}
    abstractions |= {"rust/iterator", "rust/closure"}
    assert abstractions <= set(kernels["zero_cost"]["variants"])


def test_kernels_and_claims_name_each_other(
    kernels: Kernels, decided: dict[str, dict[str, Any]]
) -> None:
    by_claims = {(kernel, id) for id, claim in decided.items() for kernel in claim["kernels"]}
    by_kernels = {(name, id) for name, kernel in kernels.items() for id in kernel["claims"]}
    about_all = {id for id, claim in decided.items() if not claim["kernels"]}
    assert {pair for pair in by_kernels if pair[1] not in about_all} == by_claims


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_every_claim_has_its_line(gapmeter: Program, everything: Path, format: str) -> None:
    process = gapmeter("claims", everything, "--format", format)
    assert process.returncode == 0, process.stderr
    for number in range(1, 34):
        start = f"| C{number:02} |" if format == "markdown" else f"C{number:02}  "
        assert sum(line.startswith(start) for line in process.stdout.splitlines()) == 1


def test_a_real_run_leaves_open_what_one_round_cannot_tell(
    gapmeter: Program, tiny_run: Results
) -> None:
    process = gapmeter("claims", tiny_run.dir, "--format", "json")
    assert process.returncode == 0, process.stderr
    outcomes = {claim["id"]: claim["outcome"] for claim in json.loads(process.stdout)}
    assert outcomes["C06"] == "open"
    assert outcomes["C01"] == "holds", "what the interpreter says needs no second round"
    assert outcomes["C16"] == "not measured here"


def test_what_is_no_run_is_rejected(gapmeter: Program, tmp_path: Path) -> None:
    assert_rejected(gapmeter("claims", tmp_path / "none"), "none", "not a directory")
    assert_rejected(gapmeter("claims", tmp_path), "run.json")


def test_a_damaged_run_is_rejected(gapmeter: Program, everything: Path, tmp_path: Path) -> None:
    facts = (everything / "run.json").read_text(encoding="utf-8")
    text = (everything / "rounds.csv").read_text(encoding="utf-8")
    (tmp_path / "run.json").write_text(facts, encoding="utf-8")
    (tmp_path / "rounds.csv").write_text(text[: len(text) - 20], encoding="utf-8")
    assert_rejected(gapmeter("claims", tmp_path), "rounds.csv", "cut off")
    header, first, rest = text.split("\n", 2)
    damaged = "\n".join([header, first.replace(",verify,", ",verified,"), rest])
    (tmp_path / "rounds.csv").write_text(damaged, encoding="utf-8")
    assert_rejected(gapmeter("claims", tmp_path), "rounds.csv", "line 2", "'verified'")
    (tmp_path / "run.json").write_text(
        json.dumps(json.loads(facts) | {"kernels": {"sum": {"baseline": 7}}}), encoding="utf-8"
    )
    (tmp_path / "rounds.csv").write_text(text, encoding="utf-8")
    assert_rejected(gapmeter("claims", tmp_path), "run.json", "kernels.sum.baseline")


def test_an_unknown_format_is_rejected(gapmeter: Program, everything: Path) -> None:
    assert_rejected(gapmeter("claims", everything, "--format", "xml"), "--format", "xml")


def test_the_reference_run_has_the_verdicts_that_its_rows_have(
    gapmeter: Program, source_dir: Path
) -> None:
    """A rule that changes makes what is committed of the reference stale.

    scripts/dev/reference.sh makes it again.
    """
    reference = source_dir / "results" / "reference"
    process = gapmeter("claims", reference, "--format", "json")
    assert process.returncode == 0, process.stderr
    committed = json.loads((reference / "claims.json").read_text(encoding="utf-8"))

    def decided(claims: Any) -> list[tuple[str, ...]]:
        return [(c["id"], c["claim"], c["rule"], c["verdict"]) for c in claims]

    assert decided(json.loads(process.stdout)) == decided(committed)


def test_the_page_of_the_claims_shows_the_verdicts_of_every_machine(
    gapmeter: Program, source_dir: Path, tmp_path: Path
) -> None:
    """A rule that changes makes the table of docs/claims.md stale.

    The page says how it is made; scripts/dev/reference.sh makes it, too.
    """
    reference = source_dir / "results" / "reference"
    verdicts = source_dir / "results" / "verdicts"
    page = source_dir / "docs" / "claims.md"
    copied = shutil.copytree(verdicts, tmp_path / "verdicts")
    written = Path(shutil.copy(page, tmp_path))
    decided = tmp_path / "claims.json"
    decided.write_text(
        gapmeter("claims", reference, "--format", "json").stdout, encoding="utf-8"
    )
    subprocess.run(
        [sys.executable, "-m", "dev.machine_verdicts",
         reference / "run.json", decided, copied, written],
        env={"PYTHONPATH": str(source_dir / "scripts"), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )  # fmt: skip
    assert written.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")
    for file in copied.iterdir():
        assert file.read_bytes() == (verdicts / file.name).read_bytes()
