"""Programs that listen as variants: small ones in Python, which do what they should or go wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import (
    Program, Results, Row, assert_rejected, interrupt, pids_with_argument, started, wait_for,
    wait_for_rows,
)

PYTHON = os.path.realpath(sys.executable)
# argv: the port, then what it is called, so that its processes are found, then how it goes wrong.
SERVER = '''
import json, os, selectors, socket, subprocess, sys, time

port, mode = int(sys.argv[1]), sys.argv[3] if len(sys.argv) > 3 else ""
if mode == "never":
    sys.exit("there is no model")
if mode == "silent":
    print("still loading", flush=True)
    time.sleep(1000)
if mode == "child":  # which ends with its parent
    wait = [sys.executable, "-c", "import sys; sys.stdin.read()", sys.argv[2]]
    child = subprocess.Popen(wait, stdin=subprocess.PIPE)
if mode == "leak":
    subprocess.Popen(["setsid", "sleep", sys.argv[2]])
if mode == "taken":
    sys.exit("[Errno 98] Address already in use")
if mode == "once" and not os.path.exists("was_here"):
    open("was_here", "w").close()
    sys.exit("[Errno 98] Address already in use")
address = ("::1" if mode == "ipv6" else "127.0.0.1", port)
family = socket.AF_INET6 if mode == "ipv6" else socket.AF_INET
listener = socket.create_server(address, family=family, backlog=500)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
asked = {}
count = 0
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            connection = listener.accept()[0]
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            asked[connection] = b""
            continue
        connection = key.fileobj
        try:
            data = connection.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            selector.unregister(connection)
            connection.close()
            continue
        asked[connection] += data
        head, _, body = asked[connection].partition(b"\\r\\n\\r\\n")
        if len(body) < int(head.lower().split(b"content-length:")[1].split(b"\\r\\n")[0]):
            continue
        asked[connection] = b""
        count += 1
        if mode == "stall" and count % 1000 == 900:
            time.sleep(0.3)
        if mode == "dies" and count == 100:
            sys.exit("out of luck")
        total = sum(json.loads(body)["x"]) + (mode == "wrong") + (mode == "drifts" and count > 10)
        text = json.dumps({"total": total}).encode()
        status = b"503 Busy" if mode == "busy" and count % 50 == 0 else b"200 OK"
        answer = b"HTTP/1.1 %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (status, len(text), text)
        connection.sendall(answer)
'''
# One rate, so that a run is short: a thousand requests take a second.
BRIEFLY = ("--quick", "--sizes", "1000")


@pytest.fixture
def here(gapmeter: Program, tmp_path: Path) -> Program:
    """The program, run where a user's servers and their request are."""
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    (tmp_path / "body.json").write_text('{"x": [1, 2, 3.5]}\n', encoding="utf-8")
    return Program(gapmeter.path, tmp_path)


@pytest.fixture
def mark(request: pytest.FixtureRequest) -> str:
    """A number that no other process has among its words: those of this test are found by it."""
    return f"{os.getpid()}{abs(hash(request.node.name)) % 10**6:06}"


def server(mark: str, mode: str = "", name: str = "python/mine") -> tuple[str, str]:
    return "--server", f"{name}={PYTHON} server.py {{port}} {mark} {mode}".rstrip()


def asked(*servers: tuple[str, str]) -> list[str]:
    return [word for pair in servers for word in pair] + ["--request", "body.json"]


def reason_of(row: Row) -> str:
    return f"{row['status']}: {row['reason']}"


# Right and wrong answers, without any load.


def test_verify_tells_each_server_that_is_not_right(here: Program, mark: str) -> None:
    modes = ("wrong", "drifts", "never", "taken", "ipv6", "leak", "silent")
    servers = [server(mark, mode, f"python/{mode}") for mode in modes]
    process = here(
        "verify", *asked(server(mark, "", "native/right"), *servers), "--timeout", "4s",
    )
    assert process.returncode == 1, process.stderr
    said = {line.split()[1]: line for line in process.stdout.splitlines()[:-1]}
    assert "mismatch: its answer's total is 7.5, expected 6.5" in said["python/wrong"]
    assert "when it was asked again, its answer's total is 7.5" in said["python/drifts"]
    assert "exited with status 1: there is no model" in said["python/never"]
    assert "Address already in use" in said["python/taken"]
    assert "no right answer within 2 s" in said["python/silent"]
    assert "its last output: still loading" in said["python/silent"]
    assert "left sleep (" in said["python/leak"] and "running when it ended" in said["python/leak"]
    if "python/ipv6" in said and "Cannot assign" not in said["python/ipv6"]:
        assert "it listens on [::1]:" in said["python/ipv6"]
        assert "--host 127.0.0.1" in said["python/ipv6"]
    assert not pids_with_argument(mark)


def test_a_port_that_another_program_took_meanwhile_is_no_failure(here: Program, mark: str) -> None:
    process = here("verify", *asked(server(mark, "once")))
    assert process.returncode == 0, process.stdout + process.stderr


def test_answers_may_differ_by_the_tolerance(here: Program, mark: str) -> None:
    pair = asked(server(mark, "", "native/right"), server(mark, "wrong"))
    process = here("verify", *pair, "--tolerance", "0.5")
    assert process.returncode == 0, process.stdout + process.stderr


def test_an_http_file_says_what_is_asked(here: Program, mark: str) -> None:
    text = 'PUT /any HTTP/1.1\n\n{"x": [4]}\n'
    (here.working_dir / "ask.http").write_text(text, encoding="utf-8")
    process = here("verify", *server(mark), "--request", "ask.http")
    assert process.returncode == 0, process.stdout + process.stderr


# Under load.


@pytest.fixture(scope="module")
def measured(
    gapmeter: Program, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, subprocess.CompletedProcess[str]]:
    """A run of servers of which some go wrong under load; several tests look at it."""
    dir = tmp_path_factory.mktemp("servers")
    (dir / "server.py").write_text(SERVER, encoding="utf-8")
    (dir / "body.json").write_text('{"x": [1, 2, 3.5]}', encoding="utf-8")
    servers = asked(
        server("1", "", "native/right"), server("1", "stall", "python/stall"),
        server("1", "dies", "python/dies"), server("1", "child", "python/child"),
    )
    here = Program(gapmeter.path, dir)
    run = here.measure(dir / "out", *servers, *BRIEFLY, "--rate", "5k", "--slo", "20ms")
    return run, run.process


def row_of(results: Results, variant: str) -> Row:
    (row,) = (row for row in results.summary if row["variant"] == variant)
    return row


def test_a_server_is_measured_under_load(
    measured: tuple[Results, subprocess.CompletedProcess[str]]
) -> None:
    results, _ = measured
    row = row_of(results, "native/right")
    assert row["status"] == "ok" and row["verified"] == "true"
    assert int(row["requests"]) == 1000
    assert float(row["capacity_per_s"]) > 0 and float(row["achieved_per_s"]) > 0
    assert 1 <= int(row["connections"]) <= 256
    assert int(row["rss_baseline_bytes"]) > 1 << 20
    assert float(row["user_s"]) + float(row["system_s"]) > 0
    assert int(row["server_processes"]) == 1
    service = results.facts["kernels"]["server"]["service"]
    assert service["request"].startswith("POST / HTTP/1.1")
    assert service["schedule"] == "poisson" and service["connections"] == 256
    assert float(row["capacity_per_s"]) == pytest.approx(
        service["servers"]["native/right"]["capacity_per_s"]
    )


# At 1,000 requests a second 300 come while the server stalls, and half of them wait for half of it.
def test_a_stall_counts_for_all_who_waited(
    measured: tuple[Results, subprocess.CompletedProcess[str]]
) -> None:
    results, _ = measured
    (timed,) = (
        row for row in results.rounds
        if row["variant"] == "python/stall" and row["pass"] == "time"
    )
    latencies = [tuple(map(int, part.split(":"))) for part in timed["single_calls"].split()]
    assert sum(count for bound, count in latencies if bound >= 140_000_000) >= 100


def test_a_server_that_dies_under_load_is_a_row_with_its_last_words(
    measured: tuple[Results, subprocess.CompletedProcess[str]]
) -> None:
    results, process = measured
    assert process.returncode == 1
    reason = reason_of(row_of(results, "python/dies"))
    assert "error: the server ended under load: it exited with status 1: out of luck" in reason


def test_memory_and_processes_are_those_of_the_whole_tree(
    measured: tuple[Results, subprocess.CompletedProcess[str]]
) -> None:
    results, _ = measured
    alone, both = row_of(results, "native/right"), row_of(results, "python/child")
    assert both["status"] == "ok", both["reason"]
    assert int(both["server_processes"]) == 2
    assert int(both["rss_baseline_bytes"]) > int(alone["rss_baseline_bytes"])


def test_the_cost_is_told_in_words_and_in_a_file(
    measured: tuple[Results, subprocess.CompletedProcess[str]]
) -> None:
    results, process = measured
    assert "server native/right: " in process.stdout
    assert "for 5k requests/s with a p99 within 20.0 ms:" in " ".join(process.stdout.split())
    lines = (results.dir / "servers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("kernel,variant,lane,threads,objective_ns,capacity_per_s,rate_per_s")
    assert results.facts["objective_ns"] == 20e6 and results.facts["wanted_per_s"] == 5000


def test_more_than_a_server_can_is_saturated(here: Program, out: Path, mark: str) -> None:
    run = here.measure(out, *asked(server(mark)), "--quick", "--sizes", "1M")
    (row,) = run.summary
    assert (row["status"], row["state"]) == ("ok", "saturated"), row
    assert row["latency_ns"] == "" and row["latency_p99_ns"] == ""
    assert "saturated: " in row["reason"]


def test_errors_under_load_are_told(here: Program, out: Path, mark: str) -> None:
    run = here.measure(out, *asked(server(mark, "busy")), *BRIEFLY)
    (row,) = run.summary
    assert "requests failed, the first since it answered with status 503" in reason_of(row)


# How it ends.


def test_two_runs_at_once_do_not_mind_each_other(here: Program, tmp_path: Path, mark: str) -> None:
    outs = [tmp_path / "one", tmp_path / "two"]
    arguments = (*asked(server(mark)), *BRIEFLY)
    with started(here.start("run", "--out", outs[0], *arguments)) as first:
        second = here.measure(outs[1], *arguments)
        first.communicate(timeout=60)
    for out in outs:
        assert [row["status"] for row in Results(out).summary] == ["ok"], Results(out).summary
    assert second.process.returncode == 0


def test_ctrl_c_leaves_no_server_and_the_run_goes_on(here: Program, out: Path, mark: str) -> None:
    arguments = (*asked(server(mark)), "--quick", "--sizes", "1000,2000")
    with started(here.start("run", "--out", out, *arguments)) as process:
        wait_for_rows(out, 1)
        wait_for("a server", lambda: pids_with_argument(mark))
        interrupt(process)
        interrupt(process)
        assert process.wait(timeout=60) == 130
    assert not pids_with_argument(mark)
    before = Results(out).rounds
    known = Results(out).facts["kernels"]["server"]["service"]["servers"]
    resumed = here("run", "--resume", out)
    assert resumed.returncode == 0, resumed.stderr
    results = Results(out)
    assert results.rounds[: len(before)] == before
    assert [row["status"] for row in results.summary] == ["ok", "ok"]
    assert results.facts["kernels"]["server"]["service"]["servers"] == known


def test_a_run_does_not_go_on_with_another_request(here: Program, out: Path, mark: str) -> None:
    here.measure(out, *asked(server(mark, "never")), *BRIEFLY)
    (here.working_dir / "body.json").write_text('{"x": [5]}', encoding="utf-8")
    assert_rejected_at_the_end(here("run", "--resume", out), "kernels.server.service")


def assert_rejected_at_the_end(process: subprocess.CompletedProcess[str], *words: str) -> None:
    """As assert_rejected, after what was said of the servers."""
    assert process.returncode == 2, process.stdout + process.stderr
    for word in words:
        assert word in process.stderr.splitlines()[-1]


def test_kill_9_of_the_program_leaves_no_server(here: Program, out: Path, mark: str) -> None:
    with started(here.start("run", "--out", out, *asked(server(mark, "leak")))) as process:
        # The server and its child.
        wait_for("a server", lambda: len(pids_with_argument(mark)) >= 2)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        wait_for("their end", lambda: not pids_with_argument(mark), deadline_s=20)


# Wrong use.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--server", "python/a=./a 8000", "--request", "body.json"], ["does not mention {port}"]),
        (["--server", "./a {port}", "--request", "body.json"], ["LANE/NAME=COMMAND"]),
        (["--server", "python/a=./a {port}"], ["--server needs --request"]),
        (["--server", "python/a=./a {port}", "--request", "none.json"], ["none.json"]),
        (["--server", "python/a=./a {port}", "--request", "server.py"], ["not JSON", ".http"]),
        (["--server", "python/a=a {port}", "--request", "body.json", "--command", "go/b=c"],
         ["--command"]),
        (["--server", "python/a=a {port}", "--request", "body.json", "--kernels", "sum"],
         ["--kernels"]),
        (["--request", "body.json"], ["--request needs a --server"]),
        (["--schedule", "often"], ["poisson or constant"]),
        (["--slo", "fast"], ["not a duration", "10ms"]),
        (["--connections", "0"], ["--connections"]),
    ],
)
def test_wrong_use_is_told_with_what_to_do(
    here: Program, out: Path, arguments: list[str], words: list[str]
) -> None:
    assert_rejected(here("run", "--out", out, *arguments), *words)
    assert not out.exists()


def test_servers_stand_in_a_configuration_file(here: Program, mark: str) -> None:
    text = (
        f'[verify]\nserver = ["python/one={PYTHON} server.py {{port}} {mark}", '
        f'"go/two={PYTHON} server.py {{port}} {mark}"]\nrequest = "body.json"\n'
    )
    (here.working_dir / "servers.toml").write_text(text, encoding="utf-8")
    process = here("verify", "--config", "servers.toml")
    assert process.stdout == "2 right, 0 wrong or failed, 0 skipped\n", process.stderr


def test_a_run_of_servers_is_not_reproduced(here: Program, out: Path, mark: str) -> None:
    here.measure(out, *asked(server(mark, "never")), *BRIEFLY)
    assert_rejected(here("reproduce", out), "measured servers")
