"""verify: every variant's results at several sizes, untimed."""

from __future__ import annotations

import re

import pytest

from support import FULL, Program


def test_the_real_kernels_are_right_at_every_size(gapmeter: Program) -> None:
    # Pythran takes half a minute for a module; test_wheels.py has its variants.
    variants = "native/*,rust/*,python/[!p]*,python/p[!y]*"
    sizes = "1,7,33" if FULL else "1,33"
    process = gapmeter("verify", "--sizes", sizes, "--variants", variants)
    assert (process.returncode, process.stderr) == (0, ""), process.stdout
    match = re.search(r"^(\d+) right, 0 wrong or failed, \d+ skipped\n", process.stdout, re.M)
    assert match and int(match[1]) > 300, "every variant, at every size"
    # Packages that not every machine has.
    skipped = re.findall(r": skipped: (.*)", process.stdout)
    assert all("needs the package" in reason or "max_size" in reason for reason in skipped)


def test_the_defaults_are_a_dozen_sizes(gapmeter: Program) -> None:
    process = gapmeter("verify", "--kernels", "sum", "--variants", "native/strict")
    assert process.returncode == 0
    [(right, skipped)] = re.findall(r"^(\d+) right, .* (\d+) skipped\n", process.stdout)
    assert int(right) >= 12 and skipped == "0"


def test_odd_sizes_are_among_the_defaults(zoo: Program) -> None:
    process = zoo("verify", "--kernels", "wrong", "--variants", "native/tail")
    assert process.returncode == 1
    [listed] = re.findall(r"^wrong native/tail n=([\w,]+): mismatch at ", process.stdout, re.M)
    sizes = listed.split(",")
    assert len(sizes) > 2 and "8" not in sizes
    assert all(int(size) % 2 == 1 for size in sizes), "it is right at even sizes"


@pytest.mark.parametrize(("n", "status"), [(16, 0), (17, 1)])
def test_the_exit_status_tells_whether_all_was_right(zoo: Program, n: int, status: int) -> None:
    process = zoo("verify", "--kernels", "wrong", "--variants", "native/tail", "--sizes", str(n))
    assert process.returncode == status


def test_a_mismatch_is_told_with_its_place_and_values(zoo: Program) -> None:
    process = zoo("verify", "--kernels", "wrong", "--variants", "python/value", "--sizes", "8")
    line, tally = process.stdout.splitlines()
    assert re.fullmatch(
        r"wrong python/value n=8: mismatch: output 'y': element 0 is \d+\.5, expected \d+", line
    )
    assert tally == "0 right, 1 wrong or failed, 0 skipped"


def test_a_reason_of_several_lines_is_told_on_one(zoo: Program) -> None:
    process = zoo("verify", "--kernels", "failing", "--variants", "python/raises", "--sizes", "8")
    assert len(process.stdout.splitlines()) == 2, "the failure and the tally"


def test_one_failure_at_many_sizes_is_told_once(zoo: Program) -> None:
    process = zoo("verify", "--kernels", "failing", "--variants", "python/raises")
    line, tally = process.stdout.splitlines()
    told = re.match(r"failing python/raises n=([\w,]+): error at (\d+) of (\d+) sizes: ", line)
    assert told and told[2] == told[3] == str(len(told[1].split(",")))
    assert tally == f"0 right, {told[2]} wrong or failed, 0 skipped"
    assert process.stderr.count("Traceback") == 1


def test_what_was_skipped_is_no_failure_but_proves_nothing(zoo: Program) -> None:
    process = zoo(
        "verify",
        *("--kernels", "failing", "--variants", "missing_package,small_only", "--sizes", "101"),
    )
    assert process.returncode == 3
    assert process.stdout.splitlines()[-1] == "0 right, 0 wrong or failed, 2 skipped"


def test_a_variant_that_hangs_is_ended_by_the_timeout(zoo: Program) -> None:
    process = zoo(
        "verify", *("--kernels", "endless", "--variants", "hangs", "--sizes", "8", "--timeout", "1")
    )
    assert process.returncode == 1
    assert "endless python/hangs n=8: timeout: still running after 1 s" in process.stdout


def test_other_seeds_make_other_inputs(zoo: Program) -> None:
    lines = {
        zoo(
            "verify",
            *("--kernels", "wrong", "--variants", "python/value", "--sizes", "8", "--seed", seed),
        ).stdout
        for seed in ("1", "2")
    }
    assert len(lines) == 2
