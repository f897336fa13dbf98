#!/usr/bin/python3
"""Does the client that asks servers agree with wrk and with h2load, and does it see a stall?

    benchmarks/check_load_client.py build/release [--server COMMAND] [--seconds 20]

Three checks, on a quiet machine with two processors or more:

- capacity in a closed loop within 10 % of wrk's requests a second, with as many connections;
- the median at half of it within 10 % of that of `h2load --h1 --rps`;
- a server that stalls for 200 ms once in a run has a p99.9 of 150 ms or more.

All tools run where gapmeter runs its own client: the server on the last processor, the client on
the first. Needs Debian's wrk and nghttp2-client. The server may be another one: its command with
{port}, which answers `GET /`. Exits with 1 if a check fails.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONNECTIONS = 32
AGREEMENT = 0.10
STALL_S = 0.2
LEAST_P999_S = 0.15

# One thread, one write an answer, and half a millisecond of work for it, so that the tools' own
# overheads are small; stalls when there is a file of this name, which it removes.
SERVER = """
import os, selectors, socket, sys, time

stall = sys.argv[2]
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=500)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
answer = b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"
while True:
    for key, _ in selector.select():
        if key.fileobj is listener:
            connection = listener.accept()[0]
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            continue
        try:
            data = key.fileobj.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            selector.unregister(key.fileobj)
            key.fileobj.close()
            continue
        if os.path.exists(stall):
            os.remove(stall)
            time.sleep(%g)
        began = time.perf_counter()
        while time.perf_counter() - began < 0.0005:
            pass
        key.fileobj.sendall(answer)
""" % STALL_S


def processors() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: str) -> Iterator[int]:
    """A server on the last processor; its port, once it listens."""
    port = free_port()
    words = ["taskset", "-c", str(processors()[-1]), *command.replace("{port}", str(port)).split()]
    with subprocess.Popen(words) as process:
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.01)
            yield port
        finally:
            process.terminate()


def client(*words: str) -> str:
    pinned = ["taskset", "-c", str(processors()[0]), *words]
    return subprocess.run(pinned, check=True, capture_output=True, text=True).stdout


def seconds_of(text: str) -> float:
    """wrk and h2load write 850us, 1.23ms, 1.2s."""
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[unit]


def rate_by_wrk(port: int, seconds: int) -> float:
    output = client("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://127.0.0.1:{port}/")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found, output
    return float(found.group(1))


def median_by_h2load(port: int, rate: float, seconds: int) -> float:
    """Of one connection, whose requests leave at equal distances as gapmeter's do here.

    Those of several would leave together, since each has the rate for itself. Of every request
    h2load logs the time in µs.
    """
    with tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        client(
            "h2load", "--h1", "-t1", "-c1", f"--rps={rate:g}", f"-D{seconds}",
            f"--log-file={log.name}", f"http://127.0.0.1:{port}/",
        )
        times = [int(line.split("\t")[2]) for line in log if line.split("\t")[1] == "200"]
    return statistics.median(times) * 1e-6


def start(build: Path, command: str, dir: Path, *arguments: str) -> tuple[Path, list[str | Path]]:
    """Where a run of gapmeter's will be, and its command line."""
    (dir / "ask.http").write_text("GET / HTTP/1.1\n", encoding="utf-8")
    out = dir / f"run{len(list(dir.iterdir()))}"
    return out, [
        build / "gapmeter", "run", "--out", out, "--server", f"native/server={command}",
        "--request", dir / "ask.http", "--schedule", "constant", *arguments,
    ]


def only_row(out: Path) -> dict[str, str]:
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


def measure(build: Path, command: str, dir: Path, *arguments: str) -> dict[str, str]:
    out, words = start(build, command, dir, *arguments)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return only_row(out)


def measure_with_stall(build: Path, dir: Path, script: Path, seconds: int) -> dict[str, str]:
    """Rounds of two seconds at 500 requests a second, in one of which the server stalls."""
    stall = dir / "stall"
    out, words = start(build, f"/usr/bin/python3 {script} {{port}} {stall}", dir, "--quick",
                       "--rounds", str(seconds // 2), "--sizes", "500")
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        rounds = out / "rounds.csv"
        while process.poll() is None:
            timed = rounds.read_text(encoding="utf-8").count(",time,") if rounds.exists() else 0
            # In the middle of a round: its server starts, and half a second of warm-up comes first.
            if timed == 2:
                time.sleep(1.5)
                stall.touch()
                break
            time.sleep(0.02)
        process.wait()
    assert not stall.exists(), "nobody stalled"
    return only_row(out)


class Checks:
    """What was found, told as it is."""

    def __init__(self) -> None:
        self.all_hold = True

    def tell(self, what: str, holds: bool) -> None:
        print(f"{'holds ' if holds else 'FAILS '} {what}", flush=True)
        self.all_hold = self.all_hold and holds

    def compare(self, what: str, ours: float, theirs: float, unit: str) -> None:
        apart = ours / theirs - 1
        self.tell(
            f"{what}: gapmeter {ours:.4g} {unit}, {theirs:.4g} {unit}, {apart:+.1%}",
            abs(apart) <= AGREEMENT,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("build", type=Path, help="a build directory: build/release")
    parser.add_argument("--server", help="a command with {port} that answers GET /")
    parser.add_argument("--seconds", type=int, default=20, help="of each run")
    options = parser.parse_args()
    for tool in ("wrk", "h2load", "taskset"):
        if shutil.which(tool) is None:
            parser.error(f"{tool} is missing: apt install wrk nghttp2-client util-linux")
    if len(processors()) < 2:
        parser.error("client and server need a processor each")
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        dir = Path(name)
        script = dir / "server.py"
        script.write_text(SERVER, encoding="utf-8")
        plain = options.server or f"/usr/bin/python3 {script} {{port}} none"
        row = measure(options.build, plain, dir, "--quick", "--sizes", "100")
        capacity = float(row["capacity_per_s"])
        with running(plain) as port:
            theirs = rate_by_wrk(port, options.seconds // 2)
        checks.compare("capacity against wrk", capacity, theirs, "requests/s")
        rate = round(capacity / 2)
        row = measure(options.build, plain, dir, "--rounds", "5", "--sizes", str(rate))
        if row["latency_p50_ns"]:
            with running(plain) as port:
                theirs = median_by_h2load(port, rate, options.seconds)
            ours = float(row["latency_p50_ns"]) * 1e-6
            checks.compare(f"median at {rate}/s against h2load", ours, theirs * 1e3, "ms")
        else:
            checks.tell(f"median at {rate}/s: not measured, {row['reason']}", False)
        row = measure_with_stall(options.build, dir, script, options.seconds)
        p999_s = float(row["latency_p999_ns"] or 0) * 1e-9
        what = f"p99.9 of a server that stalls {STALL_S * 1e3:g} ms once: {p999_s * 1e3:.4g} ms"
        checks.tell(what, p999_s >= LEAST_P999_S)
    return 0 if checks.all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
