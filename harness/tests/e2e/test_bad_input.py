"""Bad input: exit status 2 and one line that says what is wrong and what would be right."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support import BRIEF, Program, Results, assert_rejected, clean_environment

EMPTY_RUN = ("run", *BRIEF, "--kernels", "empty")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], ["subcommand"], id="no subcommand"),
        pytest.param(["frobnicate"], ["frobnicate"], id="an unknown subcommand"),
        pytest.param([*EMPTY_RUN, "--frob"], ["--frob"], id="an unknown option"),
        pytest.param([*EMPTY_RUN, "leftover"], ["leftover"], id="an argument too many"),
        pytest.param([*EMPTY_RUN, "--full"], ["--quick", "--full"], id="quick and full"),
        pytest.param(["list", "--format", "xml"], ["--format", "xml"], id="an unknown format"),
        pytest.param(["summarize"], ["DIR"], id="no directory"),
        pytest.param([*EMPTY_RUN, "--out"], ["--out"], id="an option without its value"),
    ],
)
def test_a_wrong_command_line_is_rejected(
    gapmeter: Program, arguments: list[str], words: list[str]
) -> None:
    assert_rejected(gapmeter(*arguments), *words)


@pytest.mark.parametrize("command", ["run", "verify"])
@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--kernels", "sun", ["kernel", "'sun'", "did you mean 'sum'?"]),
        ("--kernels", "zzz*", ["kernel", "'zzz*'", "there are: ", "sum"]),
        ("--variants", "nunpy", ["variant", "'nunpy'", "did you mean 'numpy'?"]),
        ("--variants", "python/nunpy", ["did you mean 'python/numpy'?"]),
        ("--variants", "pyhton/*", ["variant", "'pyhton/*'"]),
    ],
)
def test_unknown_names_are_rejected_with_the_nearest_one(
    gapmeter: Program, out: Path, command: str, option: str, value: str, words: list[str]
) -> None:
    target = ["--out", str(out), *BRIEF] if command == "run" else []
    assert_rejected(gapmeter(command, option, value, *target), *words)
    assert not out.exists()


@pytest.mark.parametrize(
    ("sizes", "word"),
    [
        ("", "no size"),
        ("abc", "'abc'"),
        ("0", "'0'"),
        ("-5", "'-5'"),
        ("1.5", "'1.5'"),
        ("1Q", "'Q'"),
        ("16,,32", "''"),
        ("16:8:2x", "ends before it starts"),
        ("16:64:1x", "never grows"),
        ("1:100:0", "'0'"),
        ("1:2", "'1:2'"),
        ("1:2:3:4", "'1:2:3:4'"),
        ("1:1000000:1", "more than 10000 sizes"),
        ("99999999999999999999", "too large"),
        ("9000000000Gi", "too large"),
    ],
)
def test_sizes_that_make_no_sense_are_rejected(
    gapmeter: Program, out: Path, sizes: str, word: str
) -> None:
    process = gapmeter("run", *BRIEF, "--kernels", "sum", "--sizes", sizes, "--out", out)
    assert_rejected(process, word)
    assert not out.exists()


def test_a_size_that_no_memory_holds_is_a_failed_row(gapmeter: Program, out: Path) -> None:
    size = "4000000000000000000"
    run = gapmeter.measure(out, *BRIEF, "--kernels", "sum", "--sizes", f"16,{size}")
    assert run.process.returncode == 1
    for row in run.summary:
        if row["n"] == size:
            assert row["status"] == "error" and "does not fit in memory" in row["reason"]
        else:
            assert row["status"] in ("ok", "skipped")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--rounds", "-1"),
        ("--rounds", "0"),
        ("--rounds", "many"),
        ("--rounds", "1.5"),
        ("--timeout", "0"),
        ("--timeout", "-1s"),
        ("--timeout", "5 parsecs"),
        ("--timeout", "inf"),
        ("--budget", "-3m"),
        ("--budget", "nan"),
        ("--precision", "0"),
        ("--precision", "100%"),
        ("--precision", "-2%"),
        ("--precision", "exact"),
        ("--seed", "-1"),
        ("--seed", "1e3"),
        ("--seed", "99999999999999999999"),
        ("--pin", "-1"),
        ("--pin", "4096"),
    ],
)
def test_numbers_out_of_range_are_rejected(
    gapmeter: Program, out: Path, option: str, value: str
) -> None:
    arguments = [*EMPTY_RUN, "--out", str(out), option, value]
    if option == "--rounds":
        arguments.remove("--rounds")
        arguments.remove("1")
    assert_rejected(gapmeter(*arguments), option, value)
    assert not out.exists()


def test_an_output_directory_that_is_not_empty_is_left_alone(
    gapmeter: Program, tmp_path: Path
) -> None:
    (tmp_path / "precious").touch()
    assert_rejected(gapmeter(*EMPTY_RUN, "--out", tmp_path), str(tmp_path), "not empty", "--out")
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_an_empty_output_directory_is_used(gapmeter: Program, tmp_path: Path) -> None:
    assert gapmeter(*EMPTY_RUN, "--out", tmp_path).returncode == 0
    assert (tmp_path / "summary.csv").is_file()


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_file_in_the_way_of_the_output_is_rejected(
    gapmeter: Program, tmp_path: Path, below: str
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert_rejected(gapmeter(*EMPTY_RUN, "--out", file / below), str(file), "Not a directory")


@pytest.mark.parametrize("below", ["", "out"])
def test_an_output_directory_without_permission_is_rejected(
    gapmeter: Program, tmp_path: Path, below: str
) -> None:
    # Root may write anywhere, unless it gives up the capability.
    as_anybody = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    tmp_path.chmod(0o500)
    process = subprocess.run(
        [*as_anybody, gapmeter.path, *EMPTY_RUN, "--out", tmp_path / below],
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert_rejected(process, str(tmp_path), "Permission denied")


def run_on_small_disk(program: Program, disk: Path, kept: Path, *arguments: str) -> list[str]:
    """A run into a file system of 24 kB that exists for this run only.

    Returns the exit status and what was on stderr; the directory of the run is copied to `kept`.
    """
    script = (
        'mount -t tmpfs -o size=24k none "$1" || { echo no mount; exit 0; };'
        'disk=$1 kept=$2; shift 2; "$@" 2>&1 >/dev/null; echo $?; cp -r "$disk/out" "$kept"'
    )
    disk.mkdir()
    process = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
        + [str(disk), str(kept), str(program.path), *arguments, "--out", f"{disk}/out"],
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    if process.returncode != 0 or process.stdout == "no mount\n":
        pytest.skip("a small file system can't be mounted here")
    return process.stdout.splitlines()


def test_a_full_disk_ends_the_run_and_keeps_whole_rows(gapmeter: Program, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    *output, status = run_on_small_disk(
        gapmeter,
        tmp_path / "disk",
        kept,
        *("run", "--quick", "--kernels", "empty", "--rounds", "1000"),
    )
    assert status == "2"
    errors = [line for line in output if line.startswith("gapmeter: ")]
    assert errors == [
        f"gapmeter: {tmp_path}/disk/out/rounds.csv: can't be written: No space left on device"
    ]
    assert len(Results(kept).rounds) > 20
    assert gapmeter("summarize", kept).returncode == 0, "what was measured is not lost"


@pytest.mark.parametrize("command", [["list"], ["list", "--check"], ["verify", "--sizes", "1"]])
def test_results_that_could_not_be_printed_are_an_error(
    gapmeter: Program, command: list[str]
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = gapmeter(*command, stdout=full)
    assert process.returncode == 2
    assert "No space left on device" in process.stderr


@pytest.fixture(scope="module")
def finished(gapmeter: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    two_lanes = ("--variants", "native/*,python/*")
    return gapmeter.measure(
        tmp_path_factory.mktemp("run") / "out", *EMPTY_RUN[1:], *two_lanes
    ).dir


@pytest.fixture
def damaged(finished: Path, tmp_path: Path) -> Callable[[str, Callable[[str], str]], Path]:
    """Makes a copy of a run in which one file is changed by a function of its text."""

    def damage(name: str, change: Callable[[str], str]) -> Path:
        copy = tmp_path / "damaged"
        copy.mkdir()
        for file in finished.iterdir():
            (copy / file.name).write_bytes(file.read_bytes())
        text = (copy / name).read_text(encoding="utf-8")
        (copy / name).write_text(change(text), encoding="utf-8")
        return copy

    return damage


@pytest.mark.parametrize("command", ["summarize", "plot"])
@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        pytest.param("rounds.csv", lambda text: text[:-20], ["line 7", "cut off"], id="truncated"),
        pytest.param("rounds.csv", lambda text: "", ["empty"], id="empty"),
        pytest.param(
            "rounds.csv", lambda text: text + "a,b\n", ["line 8", "2 fields"], id="a ragged row"
        ),
        pytest.param(
            "rounds.csv",
            lambda text: text.replace("batch_p50_ns", "batch_p50", 1),
            ["no column 'batch_p50_ns'"],
            id="no median",
        ),
        pytest.param(
            "rounds.csv",
            lambda text: text.replace(",verify,", ",verity,", 1),
            ["line 2", "'verity'", "pass"],
            id="an unknown pass",
        ),
        pytest.param(
            "run.json",
            lambda text: text.replace('"schema_version": 3', '"schema_version": 99'),
            ["schema version 99", "versions 2 to 3"],
            id="another schema",
        ),
        pytest.param("run.json", lambda text: "{", ["not a gapmeter run"], id="no JSON"),
        pytest.param("run.json", lambda text: "{}", ["schema_version"], id="no version"),
    ],
)
def test_results_that_are_damaged_are_rejected(
    gapmeter: Program,
    damaged: Callable[[str, Callable[[str], str]], Path],
    command: str,
    file: str,
    change: Callable[[str], str],
    words: list[str],
) -> None:
    directory = damaged(file, change)
    summary = (directory / "summary.csv").read_bytes()
    assert_rejected(gapmeter(command, directory), str(directory / file), *words)
    assert (directory / "summary.csv").read_bytes() == summary


@pytest.mark.parametrize("command", ["summarize", "plot"])
@pytest.mark.parametrize("kind", ["missing", "file", "empty directory"])
def test_what_is_no_run_is_rejected(
    gapmeter: Program, tmp_path: Path, command: str, kind: str
) -> None:
    path = tmp_path / "run"
    if kind == "file":
        path.touch()
    if kind == "empty directory":
        path.mkdir()
    assert_rejected(gapmeter(command, path), str(path))


def test_a_build_without_its_python_worker_says_so(gapmeter: Program, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.write_bytes(gapmeter.path.read_bytes())
    alone.chmod(0o755)
    assert_rejected(Program(alone, tmp_path)("list"), "share/gapmeter", "install gapmeter again")
    (tmp_path / "share").symlink_to(gapmeter.path.parent / "share")
    assert_rejected(Program(alone, tmp_path)("list"), f"{alone}-python", "No such file")


@pytest.mark.parametrize("command", ["run", "verify"])
def test_a_kernel_without_a_description_is_named(
    broken: Program, out: Path, command: str
) -> None:
    target = ["--out", str(out), *BRIEF] if command == "run" else []
    process = broken(command, "--kernels", "empty_parts", "--sizes", "16", *target)
    assert_rejected(process, "empty_parts")
