"""What variants report about themselves, and kernels of several threads."""

from __future__ import annotations

from pathlib import Path

from support import BRIEF, Program, Row, read_csv


def metrics_of(out: Path) -> dict[tuple[str, str], Row]:
    return {(row["variant"], row["metric"]): row for row in read_csv(out / "metrics.csv")}


def test_what_preparations_report_stands_in_a_file(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(out, *BRIEF, "--kernels", "object_size", "--sizes", "1Ki")
    assert run.process.returncode == 0, run.process.stderr
    metrics = metrics_of(out)
    assert metrics["native/f32", "element_bytes"]["median"] == "4"
    assert metrics["native/f64", "element_bytes"]["median"] == "8"
    assert metrics["python/floats", "object_bytes"]["median"] == "24"
    assert metrics["python/ints", "object_bytes"]["median"] == "28"
    assert metrics["python/floats", "object_bytes"]["rounds"] == "1"


def test_summarize_finds_them_again(gapmeter: Program, out: Path) -> None:
    gapmeter.measure(out, *BRIEF, "--kernels", "object_size", "--sizes", "1Ki")
    before = (out / "metrics.csv").read_text(encoding="utf-8")
    (out / "metrics.csv").unlink()
    assert gapmeter("summarize", out).returncode == 0
    assert (out / "metrics.csv").read_text(encoding="utf-8") == before


def test_a_kernel_of_threads_is_measured_with_each_number_of_them(
    gapmeter: Program, out: Path
) -> None:
    run = gapmeter.measure(
        out, *BRIEF, "--kernels", "parallel_sum,sum", "--sizes", "16Ki", "--threads", "1,3"
    )
    assert run.process.returncode == 0, run.process.stderr
    threads = {
        kernel: {row["threads"] for row in run.summary if row["kernel"] == kernel}
        for kernel in ("parallel_sum", "sum")
    }
    assert threads == {"parallel_sum": {"1", "3"}, "sum": {"1"}}
    assert {row["status"] for row in run.summary} <= {"ok", "skipped"}
    gaps = [row for row in run.summary if row["kernel"] == "parallel_sum" and row["gap"]]
    assert {row["threads"] for row in gaps} == {"1", "3"}


def test_numbers_of_threads_are_checked(gapmeter: Program, out: Path) -> None:
    for threads in ("0", "-1", "two", "1.5"):
        process = gapmeter("run", "--threads", threads, "--out", out)
        assert process.returncode == 2
        assert "--threads" in process.stderr
    assert not out.exists()
