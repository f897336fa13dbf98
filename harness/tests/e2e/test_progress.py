"""Progress on a terminal: one line that redraws itself."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import BRIEF, Program, Results, started

ERASE = "\r\x1b[K"


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends of a pseudo-terminal: what a person sees, what a program writes to."""
    person, program = os.openpty()
    yield person, program
    os.close(person)


def read_until_closed(terminal: int) -> str:
    """Everything a program wrote; reading fails once no program holds the other end."""
    written = b""
    while True:
        try:
            written += os.read(terminal, 65536)
        except OSError:
            return written.decode()


def run_on(terminal: tuple[int, int], program: Program, *arguments: str | Path) -> tuple[str, str]:
    """What a run writes to its terminal and to its stdout."""
    person, other_end = terminal
    with started(program.start("run", *arguments, stderr=other_end)) as process:
        os.close(other_end)
        seen = read_until_closed(person)
        assert process.stdout is not None
        return seen, process.stdout.read()


def test_a_terminal_shows_one_line_with_count_cell_and_time_left(
    gapmeter: Program, terminal: tuple[int, int], out: Path
) -> None:
    seen, table = run_on(
        terminal,
        gapmeter,
        *("--quick", "--kernels", "empty", "--variants", "native/*,python/*"),
        *("--rounds", "3", "--out", out),
    )
    first, *redrawn = seen.split(ERASE)
    assert first == "[0/10 tasks] empty native/nothing n=1 verify"
    assert redrawn.pop() == "", "the line is erased at the end"
    for done, line in zip((1, 2, 3), redrawn):
        assert re.fullmatch(
            rf"\[{done}/10 tasks\] empty (native|python)/nothing n=1 (verify|memory), \d+ s left",
            line,
        )
    for number, line in enumerate(redrawn[3:], start=1):
        done = 2 + 2 * number
        assert re.fullmatch(rf"\[{done}/10 tasks\] empty n=1 round {number}, \d+ s left", line)
    assert len(redrawn) == 3 + 3, "every task that is not timed, and every round"
    assert "\n" not in seen
    assert "\x1b" not in table


def test_the_line_is_no_longer_than_the_terminal_is_wide(
    gapmeter: Program, terminal: tuple[int, int], out: Path
) -> None:
    columns = 40
    fcntl.ioctl(terminal[0], termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    seen, _ = run_on(
        terminal,
        gapmeter,
        *(*BRIEF, "--kernels", "apply_weights", "--variants", "comprehension,alloc"),
        *("--sizes", "16", "--out", out),
    )
    lines = seen.split(ERASE)
    assert any("apply_weights python/" in line for line in lines)
    # A line that wraps can't be erased whole.
    assert max(map(len, lines)) <= columns


def test_a_failure_stays_on_the_terminal(
    zoo: Program, terminal: tuple[int, int], out: Path
) -> None:
    seen, _ = run_on(
        terminal,
        zoo,
        *("--quick", "--kernels", "failing", "--variants", "native/right,native/throws"),
        *("--rounds", "1", "--sizes", "16", "--out", out),
    )
    kept = [line for line in seen.replace(ERASE, "\n").splitlines() if not line.startswith("[")]
    assert "failing native/throws n=16: error: the native variant gave up" in kept
    assert Results(out).cell("failing", "native/throws", 16)["status"] == "error"
