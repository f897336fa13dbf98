"""io_pipeline's peers wait as long as its variants' names say, in both lanes.

Sleeps never end early, so that a time can be too short only if nothing waited.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from support import BRIEF, Program

MS = 1_000_000  # in ns
EXCHANGES = 8  # of each call


def echo(gapmeter: Program, size: int, wait_ns: int) -> subprocess.Popen[bytes]:
    program = gapmeter.path.with_name(gapmeter.path.name + "-programs") / "echo"
    return subprocess.Popen(
        [program, str(size), str(wait_ns)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_a_peer_answers_with_the_message_when_its_time_has_passed(gapmeter: Program) -> None:
    with echo(gapmeter, 4, 30 * MS) as peer:
        assert peer.stdin and peer.stdout
        for message in (b"ping", b"pong"):
            started = time.monotonic_ns()
            peer.stdin.write(message)
            assert peer.stdout.read(4) == message
            assert time.monotonic_ns() - started >= 30 * MS
        peer.stdin.close()
        assert peer.stdout.read() == b""
    assert peer.returncode == 0


def test_a_peer_answers_messages_that_do_not_fit_into_a_pipe(gapmeter: Program) -> None:
    message = bytes(range(256)) * 4096  # 1 MiB, of which a pipe holds a sixteenth
    with echo(gapmeter, len(message), 0) as peer:
        assert peer.communicate(message)[0] == message


@pytest.mark.parametrize("lane", ["native", "python"])
def test_each_exchange_of_a_waiting_variant_waits(
    gapmeter: Program, tmp_path: Path, lane: str
) -> None:
    waits = {"threads_1ms": 1 * MS, "threads_10ms": 10 * MS}
    run = gapmeter.measure(
        tmp_path / "out", *BRIEF, "--kernels", "io_pipeline", "--sizes", "64", "--threads", "1",
        "--variants", ",".join(f"{lane}/{variant}" for variant in waits),
    )  # fmt: skip
    assert run.process.returncode == 0, run.process.stderr
    for variant, wait in waits.items():
        cell = run.cell("io_pipeline", f"{lane}/{variant}", 64)
        assert float(cell["latency_ns"]) >= EXCHANGES * wait
