"""ab: two builds of one program whose differences are known (harness/tests/ab)."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import (
    Program,
    Row,
    assert_rejected,
    interrupt,
    is_running,
    not_under,
    read_csv,
    slices_of,
    started,
    wait_for,
    wait_for_endless_worker,
)

# A change of a factor of 2 is plain to see with a threshold that a busy machine does not reach.
COARSE = ("--threshold", "20%", "--rounds", "12")
Verdicts = dict[str, dict[str, Any]]


def compare(
    base: Program, new: Program, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    return base("ab", base.path, new.path, *arguments)


def work(*variants: str) -> tuple[str, ...]:
    return ("--kernels", "work", "--variants", ",".join(variants))


def by_variant(process: subprocess.CompletedProcess[str]) -> Verdicts:
    """The cells of --format json."""
    return {cell["variant"]: cell for cell in json.loads(process.stdout)["cells"]}


def pairs_of(out: Path) -> list[Row]:
    return read_csv(out / "pairs.csv")


@pytest.fixture(scope="module")
def changes(
    ab_base: Program, ab_changed: Program, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Everything that both builds have, compared, and where the rounds were kept."""
    out = tmp_path_factory.mktemp("ab") / "out"
    return compare(ab_base, ab_changed, *COARSE, "--format", "json", "--out", out), out


@not_under("address", "thread", because="a cell's ten seconds end before there is an interval")
def test_twice_the_work_is_slower(
    changes: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    process, _ = changes
    assert process.returncode == 1, process.stderr
    cells = by_variant(process)
    for variant in ("native/work", "python/work"):
        cell = cells[variant]
        assert (cell["kernel"], cell["n"], cell["verdict"]) == ("work", 1024, "slower")
        ratio = cell["ratio"]
        assert ratio["low"] <= ratio["ratio"] <= ratio["high"]
        # How wide the interval is depends on the machine's noise, where it lies on the work alone.
        assert 1.02 < ratio["low"] < 2.3 and ratio["high"] > 1.8 and 1.4 < ratio["ratio"] < 3
        assert cell["new"] > cell["base"] > 0
        assert cell["rounds"] >= 8, "fewer have no interval"
        assert (cell["failed"], cell["reason"]) == (False, "")


def test_wrong_results_are_reported_and_not_timed(
    changes: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    process, out = changes
    cell = by_variant(process)["native/broken"]
    assert cell["failed"] is True
    assert cell["reason"].startswith("new: mismatch: ")
    assert (cell["ratio"], cell["base"], cell["new"], cell["verdict"]) == (None, None, None, None)
    assert "native/broken" not in {row["variant"] for row in pairs_of(out)}


def test_variants_that_the_new_build_lacks_or_has_for_another_job_are_lost(
    changes: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    process, _ = changes
    cells = json.loads(process.stdout)["cells"]
    lost = {(cell["kernel"], cell["variant"]): cell for cell in cells if cell["lost"]}
    names = {(cell["kernel"], cell["variant"]) for cell in cells} - set(lost)
    assert set(lost) == {
        *(("work", f"native/{name}") for name in ("removed", "asked")),
        ("work", "python/asked"),
    }
    for cell in lost.values():
        assert (cell["failed"], cell["reason"]) == (False, "not in the new build")
    assert names == {
        *(("work", f"native/{name}") for name in ("right", "work", "broken")),
        *(("work", f"python/{name}") for name in ("right", "work", "limited")),
        *(("drawn", f"{lane}/right") for lane in ("native", "python")),
    }


def test_differing_inputs_are_reported(
    changes: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    process, out = changes
    drawn = [c for c in json.loads(process.stdout)["cells"] if c["kernel"] == "drawn"]
    assert len(drawn) == 2
    for cell in drawn:
        assert cell["failed"] is True
        assert "different inputs" in cell["reason"]
    assert "drawn" not in {row["kernel"] for row in pairs_of(out)}


def test_a_variant_that_is_skipped_on_one_side_is_no_failure(
    changes: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    cell = by_variant(changes[0])["python/limited"]
    assert cell["failed"] is False
    assert cell["reason"].startswith("new: skipped: ")
    assert cell["ratio"] is None


def test_every_round_is_kept(changes: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    process, out = changes
    kept = {"pairs.csv", "workers.log", "changes.csv", "changes.json", "changes.svg"}
    assert {path.name for path in out.iterdir()} == kept
    assert json.loads((out / "changes.json").read_text()) == json.loads(process.stdout)
    rows = pairs_of(out)
    assert list(rows[0])[:3] == ["side", "kernel", "variant"]
    # Names appear in both kernels, but `drawn` was not timed.
    for variant, cell in by_variant(process).items():
        if cell["ratio"] is None:
            continue
        of_cell = [row for row in rows if row["variant"] == variant]
        expected = [(side, str(pair)) for pair in range(cell["rounds"]) for side in ("base", "new")]
        assert [(row["side"], row["round"]) for row in of_cell] == expected
        for row in of_cell:
            slices = slices_of(row)
            assert min(slice_.call_ns for slice_ in slices) > 0
            assert min(min(slice_.before, slice_.after) for slice_ in slices) > 0, "was probed"
            assert int(row["batches"]) % len(slices) == 0
            assert (row["pass"], row["status"]) == ("time", "ok")
        assert len({row["calls_per_batch"] for row in of_cell}) == 1, "batches of one length"


def test_progress_names_every_cell(
    changes: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    process, _ = changes
    total = len(json.loads(process.stdout)["cells"])
    lines = process.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == [f"[{i + 1}/{total}]" for i in range(total)]


def test_a_program_has_not_changed_against_itself(ab_base: Program) -> None:
    process = compare(ab_base, ab_base, *work("work"), *COARSE, "--format", "json")
    assert process.returncode in (0, 3), process.stdout
    verdicts = {name: cell["verdict"] for name, cell in by_variant(process).items()}
    assert set(verdicts) == {"native/work", "python/work"}
    assert set(verdicts.values()) <= {"same", "inconclusive"}


def test_a_clock_cycle_a_call_is_no_change(gapmeter: Program) -> None:
    """Which may be a fifth of a call that does nothing."""
    cells = by_variant(
        compare(
            gapmeter,
            gapmeter,
            *("--kernels", "empty", "--variants", "native/nothing"),
            *("--rounds", "12", "--format", "json"),
        )
    )
    assert cells["native/nothing"]["verdict"] not in ("slower", "faster")


def test_one_python_directory_for_two_builds_is_told(
    ab_base: Program, ab_changed: Program, tmp_path: Path
) -> None:
    # A build beside a copy of itself, as in two build directories of one work tree.
    for suffix in ("", "-python", "-extensions", "-engines", "-programs"):
        file = ab_base.path.with_name(ab_base.path.name + suffix)
        if file.exists():
            (tmp_path / f"copy{suffix}").symlink_to(file)
    (tmp_path / "share").symlink_to(ab_base.path.parent / "share")
    copy = tmp_path / "copy"
    copy.unlink()
    shutil.copy(ab_base.path, copy)
    briefly = ("--rounds", "2", "--budget", "2s")
    both = ab_base("ab", ab_base.path, copy, *work("python/work"), *briefly)
    assert "both builds read their Python variants from" in both.stderr
    assert "two builds of one revision" in both.stderr
    compiled = ab_base("ab", ab_base.path, copy, *work("native/work"), *briefly)
    itself = ab_base("ab", ab_base.path, ab_base.path, *work("python/work"), *briefly)
    others = compare(ab_base, ab_changed, *work("python/work"), *briefly)
    for process in (compiled, itself, others):
        assert "both builds read" not in process.stderr


def test_half_the_work_is_faster(ab_base: Program, ab_changed: Program) -> None:
    process = compare(ab_changed, ab_base, *work("native/work"), *COARSE, "--format", "json")
    assert process.returncode == 0, process.stdout
    result = json.loads(process.stdout)
    assert (result["verdict"], result["exit_status"]) == ("faster", 0)
    assert result["overall"]["high"] < 1


def test_a_failure_is_status_1_even_alone(ab_base: Program, ab_changed: Program) -> None:
    process = compare(ab_base, ab_changed, *work("native/broken"))
    assert process.returncode == 1
    assert "failed" in process.stdout
    assert "work native/broken n=1Ki: new: mismatch: " in process.stdout


def test_a_variant_that_the_new_build_lacks_leaves_it_undecided(
    ab_base: Program, ab_changed: Program
) -> None:
    arguments = (*work("native/right", "native/removed"), "--rounds", "1")
    process = compare(ab_base, ab_changed, *arguments)
    assert process.returncode == 3
    assert "work native/removed n=1Ki: not in the new build" in process.stdout
    assert compare(ab_base, ab_changed, *arguments, "--strict").returncode == 1


def test_the_table_is_text_or_markdown(ab_base: Program, ab_changed: Program) -> None:
    arguments = (*work("native/work", "native/broken"), *COARSE)
    text = compare(ab_base, ab_changed, *arguments).stdout.splitlines()
    assert text[0].split() == "kernel variant n base new new/base rounds verdict".split()
    assert text[1].split()[:3] == ["work", "native/work", "1Ki"]
    assert text[1].endswith(" slower")
    assert text[-1].startswith("overall ") and ": slower (changes of 20 % count" in text[-1]
    markdown = compare(ab_base, ab_changed, *arguments, "--format", "markdown").stdout.splitlines()
    assert markdown[0] == "| kernel | variant | n | base | new | new/base | rounds | verdict |"
    assert markdown[2].startswith("| work | native/work | 1Ki | ")
    assert markdown[2].endswith(" | slower |")
    assert any(line.startswith("- work native/broken n=1Ki: ") for line in markdown)


def test_rounds_are_at_most_as_many_as_wanted(
    ab_base: Program, ab_changed: Program, out: Path
) -> None:
    arguments = (*work("work"), "--rounds", "3", "--format", "json", "--out", out)
    process = compare(ab_base, ab_changed, *arguments)
    assert {cell["rounds"] for cell in by_variant(process).values()} == {3}
    assert len(pairs_of(out)) == 2 * 2 * 3
    assert process.returncode == 3, "three rounds have no interval, whatever they show"


def test_a_budget_that_is_spent_leaves_one_pair_for_each_cell(
    ab_base: Program, ab_changed: Program
) -> None:
    process = compare(ab_base, ab_changed, *work("work"), "--budget", "0.001", "--format", "json")
    assert {cell["rounds"] for cell in by_variant(process).values()} == {1}


def test_inputs_depend_on_the_seed(ab_base: Program, tmp_path: Path) -> None:
    digests = []
    for seed in ("1", "1", "2"):
        out = tmp_path / str(len(digests))
        arguments = (*work("native/right"), "--rounds", "1", "--seed", seed, "--out", out)
        compare(ab_base, ab_base, *arguments)
        (digest,) = {row["input_digest"] for row in pairs_of(out)}
        digests.append(digest)
    assert digests[0] == digests[1] != digests[2]


def test_sizes_can_be_chosen(ab_base: Program) -> None:
    arguments = (*work("native/right"), "--rounds", "1", "--sizes", "16,64", "--format", "json")
    cells = json.loads(compare(ab_base, ab_base, *arguments).stdout)["cells"]
    assert [cell["n"] for cell in cells] == [16, 64]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kernels", "wrok"], ["no kernel", "'wrok'", "there are: drawn, work"]),
        (["--variants", "native/wrok"], ["variant", "'native/wrok'"]),
        (["--kernels", "work", "--variants", "native/added"], ["nothing", "both builds"]),
        (["--pin", "4096"], ["--pin", "4096"]),
    ],
)
def test_what_is_not_there_is_rejected(
    ab_base: Program, ab_changed: Program, arguments: list[str], words: list[str]
) -> None:
    assert_rejected(compare(ab_base, ab_changed, *arguments), *words)


def test_an_output_directory_that_is_not_empty_is_left_alone(
    ab_base: Program, tmp_path: Path
) -> None:
    (tmp_path / "precious").touch()
    process = compare(ab_base, ab_base, *work("native/right"), "--out", tmp_path)
    assert_rejected(process, str(tmp_path), "not empty")
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


# Programs that are none of ours, as BASE and as NEW.


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text + "\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# Repeats the request's nonce, so that nothing but the version is wrong.
PROTOCOL_999 = r"""
nonce=$(sed 's/.*"nonce":\([0-9]*\).*/\1/' <&3)
printf '{"protocol":999,"nonce":%s,"python_dir":"","git_revision":"","kernels":[]}' $nonce >&4
"""


def stranger(kind: str, tmp_path: Path) -> Path:
    path = tmp_path / "stranger"
    if kind == "a program":
        return Path("/bin/true")
    if kind == "a text file":
        path.write_text("notes\n", encoding="utf-8")
    if kind == "an executable text file":
        path.write_text("notes\n", encoding="utf-8")
        path.chmod(0o755)
    if kind == "a directory":
        path.mkdir()
    if kind == "a script that prints":
        script(path, "echo junk; echo more junk >&2")
    if kind == "a script that answers junk":
        script(path, "echo junk >&4")
    if kind == "a script that hangs":
        script(path, "echo waiting; exec sleep 1000")
    if kind == "another version":
        script(path, PROTOCOL_999)
    return path


@pytest.mark.parametrize("side", ["base", "new"])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("a program", ["does not answer as a gapmeter", "status 0 and no result"]),
        ("a text file", ["Permission denied"]),
        ("an executable text file", ["Exec format error"]),
        ("a directory", ["Permission denied"]),
        ("a missing file", ["No such file or directory"]),
        ("a script that prints", ["does not answer as a gapmeter", "more junk"]),
        ("a script that answers junk", ["does not answer as a gapmeter", "not a JSON object"]),
        ("a script that hangs", ["does not answer as a gapmeter", "still running", "waiting"]),
        ("another version", ["does not answer as a gapmeter", "version 999", "speaks version "]),
    ],
)
def test_what_is_no_gapmeter_is_rejected(
    ab_base: Program, tmp_path: Path, side: str, kind: str, words: list[str]
) -> None:
    other = stranger(kind, tmp_path)
    programs = (other, ab_base.path) if side == "base" else (ab_base.path, other)
    arguments = ["--timeout", "1s"] if kind == "a script that hangs" else []
    # What links point to is named, as /usr/bin/true.
    process = ab_base("ab", *programs, *arguments)
    assert_rejected(process, str(other.resolve()), *words)


def test_a_build_without_its_python_worker_is_named(ab_base: Program, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.write_bytes(ab_base.path.read_bytes())
    alone.chmod(0o755)
    (tmp_path / "share").symlink_to(ab_base.path.parent / "share")
    process = ab_base("ab", ab_base.path, alone)
    assert_rejected(process, f"{alone}-python", "No such file")


# Ctrl-C.

ENDLESS = ("--rounds", "100000", "--budget", "10h", "--threshold", "0.0001%")


def rows_so_far(out: Path) -> int:
    file = out / "pairs.csv"
    return len(file.read_text(encoding="utf-8").splitlines()) - 1 if file.exists() else 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_control_c_ends_after_the_pair_in_hand_with_what_there_is(
    ab_base: Program, out: Path, number: signal.Signals
) -> None:
    arguments = (*work("native/right", "native/work"), *ENDLESS, "--format", "json", "--out", out)
    with started(ab_base.start("ab", ab_base.path, ab_base.path, *arguments)) as process:
        wait_for("two pairs", lambda: rows_so_far(out) >= 4)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stderr
    (cell,) = json.loads(stdout)["cells"]
    assert cell["variant"] == "native/right", "the next one was not begun"
    assert cell["rounds"] * 2 == len(pairs_of(out))
    assert cell["ratio"] is not None


def test_control_c_twice_ends_at_once(zoo: Program) -> None:
    arguments = ("--kernels", "endless", "--variants", "native/loops", "--sizes", "16")
    with started(zoo.start("ab", zoo.path, zoo.path, *arguments)) as process:
        worker = wait_for_endless_worker(process, zoo.path)
        interrupt(process)
        assert is_running(worker), "the first time, the task in hand may end"
        interrupt(process)
        process.communicate(timeout=10)
    assert process.returncode == 130
    assert not is_running(worker)
