"""--mem-limit: what does not fit is told of and not tried, and the run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import BRIEF, SANITIZERS, Program, assert_rejected


@pytest.mark.skipif(bool(SANITIZERS), reason="sanitizers reserve more address space than any limit")
def test_what_does_not_fit_is_out_of_memory_and_larger_sizes_are_skipped(
    gapmeter: Program, out: Path
) -> None:
    # Input, output and the reference's output of 16 Mi doubles are 384 MiB.
    run = gapmeter.measure(
        out,
        *(*BRIEF, "--kernels", "growth", "--variants", "native/presized,native/reserve"),
        *("--sizes", "4Ki,16Mi,64Mi", "--mem-limit", "300Mi"),
    )
    assert run.process.returncode == 1, run.process.stderr
    for variant in ("native/presized", "native/reserve"):
        rows = {row["n"]: row for row in run.summary if row["variant"] == variant}
        statuses = [rows[str(n)]["status"] for n in (4 << 10, 16 << 20, 64 << 20)]
        assert statuses == ["ok", "oom", "skipped"]
        assert "memory" in rows[str(16 << 20)]["reason"]


@pytest.mark.skipif(bool(SANITIZERS), reason="sanitizers reserve more address space than any limit")
def test_sizes_that_declare_too_much_are_never_tried(gapmeter: Program, out: Path) -> None:
    run = gapmeter.measure(
        out,
        *(*BRIEF, "--kernels", "growth", "--variants", "native/presized,python/append"),
        *("--sizes", "4Ki,64Mi", "--mem-limit", "500Mi"),
    )
    assert run.process.returncode == 0, run.process.stderr
    rows = [row for row in run.summary if row["n"] == str(64 << 20)]
    assert [row["status"] for row in rows] == ["skipped", "skipped"]
    for row in rows:
        assert row["reason"] == "would need about 1024 MiB, the limit is 500 (--mem-limit)"
    assert {row["status"] for row in run.summary if row["n"] == str(4 << 10)} == {"ok"}


@pytest.mark.parametrize("limit", ["0", "-1", "plenty", "1.5G", ""])
def test_limits_are_checked(gapmeter: Program, out: Path, limit: str) -> None:
    assert_rejected(gapmeter("run", "--mem-limit", limit, "--out", out), "--mem-limit")
    assert not out.exists()
