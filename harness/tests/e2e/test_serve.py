"""The kernel serve, from the command line to rows, costs, claims and charts."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from support import Program, Run, not_under, read_csv

PACKAGES = ("fastapi", "pydantic", "uvicorn", "numpy")
needs_fastapi = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES),
    reason=f"needs {', '.join(PACKAGES)}",
)
SERVERS = ("python/fastapi", "native/beast")
RATE = 500


@pytest.fixture(scope="module")
def served(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The two servers of a quick run, at one rate."""
    return gapmeter.measure(
        tmp_path_factory.mktemp("served") / "out", "--quick", "--kernels", "serve",
        "--variants", ",".join(SERVERS), "--sizes", str(RATE), "--slo", "100ms", "--rate", "5k",
    )


@needs_fastapi
def test_every_server_gives_the_right_answer(gapmeter: Program) -> None:
    process = gapmeter("verify", "--kernels", "serve", "--variants", "python/*,native/*,rust/*")
    assert process.returncode == 0, process.stdout + process.stderr


@needs_fastapi
def test_servers_are_verified_weighed_and_asked(served: Run) -> None:
    assert served.process.returncode == 0, served.process.stderr
    for variant in SERVERS:
        row = served.cell("serve", variant, RATE)
        assert (row["status"], row["verified"]) == ("ok", "true"), row["reason"]
        assert int(row["requests"]) >= 1000 and row["request_errors"] == "0"
        assert 1 <= int(row["load_attempts"]) <= 4 * int(row["rounds"])
        assert float(row["capacity_per_s"]) > 0 and float(row["user_s"]) > 0
        assert int(row["rss_baseline_bytes"]) > 0 and row["server_processes"] == "1"
        # On a busy machine there may be none to tell, for a reason.
        assert row["latency_p99_ns"] or row["state"] in ("saturated", "client_bound")
        assert not row["items_per_s"] or row["latency_ns"]


@needs_fastapi
def test_the_run_tells_versions_and_processors(served: Run) -> None:
    service = served.facts["kernels"]["serve"]["service"]
    assert set(service["servers"]["python/fastapi"]["packages"]) == set(PACKAGES)
    assert not service["servers"]["native/beast"].get("packages")
    assert service["server_cpus"] and service["client_cpus"]


@needs_fastapi
def test_collections_are_those_of_the_server_that_counts_them(served: Run) -> None:
    assert int(served.cell("serve", "python/fastapi", RATE)["gc_collections_0"]) >= 0
    assert served.cell("serve", "native/beast", RATE)["gc_collections_0"] == ""


@needs_fastapi
@not_under("address", "thread", because="the native server has the sanitizer's memory")
def test_what_servers_cost_is_a_table_and_told(served: Run) -> None:
    costs = {row["variant"]: row for row in read_csv(served.dir / "servers.csv")}
    assert set(costs) == set(SERVERS)
    fastapi, native = (float(costs[server]["loaded_bytes"]) for server in SERVERS)
    assert fastapi > 2 * native
    for server in SERVERS:
        assert f"serve {server}:" in served.process.stdout


@needs_fastapi
def test_servers_are_among_nothing_over_sizes(served: Run) -> None:
    assert not read_csv(served.dir / "growth.csv")
    assert "ladder" not in served.facts["kernels"]["serve"]


@needs_fastapi
@not_under("address", "thread", because="the native server has the sanitizer's memory")
def test_the_claims_are_decided_from_the_rows(gapmeter: Program, served: Run) -> None:
    process = gapmeter("claims", served.dir, "--format", "json")
    assert process.returncode == 0, process.stderr
    decided = {claim["id"]: claim for claim in json.loads(process.stdout)}
    [in_cpp] = [each for each in decided["C29"]["languages"] if each["language"] == "C++"]
    assert in_cpp["outcome"] == "holds"
    assert "fastapi" in in_cpp["depends_on"]["packages"]
    assert decided["C28"]["outcome"] in ("holds", "does not hold", "open", "not measured here")


@needs_fastapi
def test_the_report_shows_the_servers(gapmeter: Program, served: Run) -> None:
    process = gapmeter("report", served.dir)
    assert process.returncode == 0, process.stderr
    short = (served.dir / "report.md").read_text(encoding="utf-8")
    assert "what it costs" in short and "instances for 5 k/s" in short
    page = (served.dir / "report.html").read_text(encoding="utf-8")
    assert "latency against offered rate" in page and "what a server gives and takes" in page


def test_without_the_packages_its_servers_are_skipped(gapmeter: Program, tmp_path: Path) -> None:
    """As where python3-fastapi is not installed: in a virtual environment that has nothing."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    process = gapmeter(
        "verify", "--kernels", "serve", "--variants", ",".join(SERVERS),
        environment={"VIRTUAL_ENV": str(tmp_path / "bare")},
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert "has no package fastapi" in process.stdout + process.stderr
