"""What a call costs by itself is the same in every compiled lane, counted in instructions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support import clean_environment, not_under

CALLS = 100_000


def instructions(variant: str, calls: int) -> int:
    """Those of a process that makes so many calls."""
    process = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         os.environ["GAPMETER_CALL_PRICE"], variant, str(calls)],
        capture_output=True, env=clean_environment(), text=True,
    )
    assert process.returncode == 0, process.stderr
    collected = re.search(r"Collected : (\d+)", process.stderr)
    assert collected, process.stderr
    return int(collected[1])


def price(variant: str) -> float:
    """The instructions of one call, with its turn of the loop."""
    return (instructions(variant, CALLS) - instructions(variant, 0)) / CALLS


@not_under("address", "thread", because="every access is instrumented")
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="there is no valgrind")
@pytest.mark.skipif(not os.environ["GAPMETER_CARGO"], reason="built without Rust")
def test_an_empty_call_of_rust_takes_as_many_instructions_as_one_of_cpp(tmp_path: Path) -> None:
    native, rust = price("native/nothing"), price("rust/nothing")
    assert 3 < native < 20, "an indirect call, its return and the loop"
    assert abs(rust - native) < 1
