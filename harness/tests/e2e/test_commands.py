"""Whole programs as variants, outside the tree: a Python script and what is to replace it.

The compiled side is a program of the system or a shell script, so that nothing has to be built.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import (
    Program, Results, Run, Row, assert_rejected, interrupt, not_under, pids_with_argument, started,
    wait_for,
)

PYTHON = os.path.realpath(sys.executable)
SCRIPT = """
import sys
n = int(sys.argv[1])
total = 0
for i in range(n):
    total += i % 7
print("total", total)
"""
# The same result from arithmetic: the sum over whole weeks and what is left.
REWRITE = """#!/bin/sh
rest=$(($1 % 7))
echo total $(($1 / 7 * 21 + rest * (rest - 1) / 2))
"""
BRIEFLY = ("--quick", "--rounds", "2")
MIB = 1 << 20


@pytest.fixture
def here(gapmeter: Program, tmp_path: Path) -> Program:
    """The program, run where a user's two programs are."""
    (tmp_path / "total.py").write_text(SCRIPT, encoding="utf-8")
    rewrite = tmp_path / "total"
    rewrite.write_text(REWRITE, encoding="utf-8")
    rewrite.chmod(0o755)
    return Program(gapmeter.path, tmp_path)


def python(arguments: str, name: str = "script") -> tuple[str, str]:
    return "--command", f"python/{name}={PYTHON} {arguments}"


def compiled(command: str, name: str = "sh/rewrite") -> tuple[str, str]:
    return "--command", f"{name}={command}"


PAIR = (*python("total.py {n}"), *compiled("./total {n}"))


def rows_of(run: Results, variant: str) -> list[Row]:
    return [row for row in run.summary if row["variant"] == variant]


def only_reason(run: Run, variant: str) -> str:
    """Of a variant that has one cell, which is not ok; the message of the run has it, too."""
    (row,) = rows_of(run, variant)
    assert row["status"] != "ok" and run.process.returncode == 1, run.process.stdout
    assert row["reason"] in run.process.stderr
    return row["reason"]


def test_a_script_and_its_rewrite_end_in_a_sentence(here: Program, out: Path) -> None:
    run = here.measure(out, *PAIR, "--sizes", "1k,100k", *BRIEFLY)
    assert run.process.returncode == 0, run.process.stderr
    assert "command: " in run.process.stdout and "× over script at n = 100k" in run.process.stdout
    assert "not measured here" not in run.process.stdout
    for row in run.summary:
        assert row["status"] == "ok" and row["verified"] == "true"
        assert float(row["user_s"]) + float(row["system_s"]) > 0
        assert int(row["rss_peak_bytes"]) >= MIB // 4 and row["rss_baseline_bytes"] == "0"
        assert float(row["items_per_s"]) == pytest.approx(
            int(row["n"]) / (float(row["latency_ns"]) * 1e-9)
        )
    (cell,) = (row for row in rows_of(run, "python/script") if row["n"] == "100000")
    assert cell["reference"] == "sh/rewrite" and float(cell["gap"]) > 0
    assert rows_of(run, "sh/rewrite")[0]["lane"] == "sh"


def test_run_json_tells_the_commands_and_what_they_ran(here: Program, out: Path) -> None:
    run = here.measure(out, *PAIR, "--sizes", "10", *BRIEFLY, "--name", "totals")
    kernel = run.facts["kernels"]["totals"]
    assert (kernel["reference"], kernel["baseline"]) == ("sh/rewrite", "python/script")
    script = kernel["commands"]["python/script"]
    assert script["text"] == f"{PYTHON} total.py {{n}}" and script["executable"] == PYTHON
    (here.working_dir / "total.py").write_text(SCRIPT + "\n", encoding="utf-8")
    again = here.measure(out.with_name("again"), *PAIR, "--sizes", "10", *BRIEFLY)
    changed = again.facts["kernels"]["command"]["commands"]
    assert changed["python/script"]["digest"] != script["digest"], "the script is another one"
    assert changed["sh/rewrite"]["digest"] == kernel["commands"]["sh/rewrite"]["digest"]


def test_what_became_of_the_commands_is_told_in_words(here: Program, out: Path) -> None:
    sizes = ("--sizes", "10", *BRIEFLY)
    before = here.measure(out, *PAIR, *sizes).dir
    (here.working_dir / "total").write_text(REWRITE + "# faster\n", encoding="utf-8")
    again = here.measure(
        out.with_name("again"), *python("-u total.py {n}"), *compiled("./total {n}"), *sizes
    ).dir
    told = here("compare", before, again).stderr
    assert f"python/script was '{PYTHON} total.py {{n}}', then '{PYTHON} -u total.py {{n}}'" in told
    assert "sh/rewrite './total {n}' is the same command, but a file that it names" in told


def test_list_shows_commands_and_what_they_run(here: Program) -> None:
    listed = here("list", *PAIR, "--sizes", "1k,100k")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout == (
        "command: whole programs\n"
        "  sizes          1k 100k\n"
        f"  python/script  {PYTHON} total.py {{n}}  (runs {PYTHON})\n"
        "  sh/rewrite     ./total {n}  (runs ./total)\n"
        "  reference      sh/rewrite\n"
        "  baseline       python/script\n"
    )
    [kernel] = json.loads(here("list", *PAIR, "--sizes", "5", "--format", "json").stdout)["kernels"]
    assert (kernel["name"], kernel["sizes"]) == ("command", [5])
    assert kernel["variants"] == ["python/script", "sh/rewrite"]
    assert kernel["commands"]["sh/rewrite"] == {"text": "./total {n}", "executable": "./total"}


def test_list_checks_commands(here: Program) -> None:
    checked = here("list", *PAIR, "--sizes", "5", "--check")
    assert (checked.returncode, checked.stdout) == (0, "2 commands, no problems\n")
    assert_rejected(here("list", *compiled("./gone {n}"), "--sizes", "5"), "./gone", "build it")
    assert_rejected(here("list", "--sizes", "5"), "--sizes is for commands")


def test_a_report_and_its_charts_show_them_without_claims(here: Program, out: Path) -> None:
    here.measure(out, *PAIR, "--sizes", "10,1k", *BRIEFLY)
    report = here("report", out, "--charts")
    assert report.returncode == 0, report.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "sh/rewrite" in page and "not measured here" not in page
    claims = here("claims", out)
    assert (claims.returncode, claims.stdout) == (0, "The kernels of this run serve no claim.\n")
    assert here("compare", out, out).returncode in (0, 3)


def test_an_input_is_made_once_for_each_n_and_removed(here: Program, out: Path) -> None:
    made = here.working_dir / "made"
    generator = here.working_dir / "generate"
    generator.write_text(f"#!/bin/sh\necho $1 >> {made}\nseq $1\n", encoding="utf-8")
    generator.chmod(0o755)
    run = here.measure(
        out, *python("-c 'import sys; print(sum(1 for _ in open(sys.argv[1])))' {file}"),
        *compiled("wc -l < {file}", "native/wc"), "--sizes", "10,20", *BRIEFLY,
        "--input", "./generate {n} > {file}", environment={"TMPDIR": str(here.working_dir)},
    )
    assert [row["status"] for row in run.summary] == ["ok"] * 4, run.process.stderr
    assert made.read_text(encoding="utf-8").split() == ["10", "20"]
    assert not list(here.working_dir.glob("gapmeter-*")), "the temporary directory is gone"
    digests = {row["n"]: row["input_digest"] for row in run.summary}
    assert len(set(digests.values())) == 2
    assert run.facts["kernels"]["command"]["input_digests"] == digests


def test_an_input_that_can_not_be_made_is_the_reason_of_its_rows(here: Program, out: Path) -> None:
    run = here.measure(
        out, *compiled("wc {file}"), "--sizes", "10", "--input", "seq {n} x > {file}"
    )
    assert "there is no input: --input exited with status 1: " in only_reason(run, "sh/rewrite")


def test_pipes_need_a_shell(here: Program, out: Path) -> None:
    pipe = compiled("seq {n} | wc -l")
    assert_rejected(here("run", "--out", out, *pipe, "--sizes", "5"), "sh/rewrite: '|'", "--shell")
    run = here.measure(out, *pipe, "--shell", "--sizes", "5", *BRIEFLY)
    assert run.process.returncode == 0, run.process.stderr


def test_only_compiled_commands_stand_beside_each_other(here: Program, out: Path) -> None:
    run = here.measure(out, *compiled("true", "go/a"), *compiled("true", "zig/b"), *BRIEFLY)
    assert run.process.returncode == 0, run.process.stderr
    assert "go/a" in run.process.stdout and "zig/b" in run.process.stdout
    assert all(row["gap"] == "" and row["n"] == "1" for row in run.summary)


# What a first user gets wrong.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--command", "python3 total.py {n}", "--sizes", "5"), ["write LANE/NAME=COMMAND"]),
        (PAIR, ["depends on n", "--sizes"]),
        ((*python("total.py 5"), "--sizes", "5"), ["neither {n} nor {file}"]),
        ((*python("total.py {N}"), "--sizes", "5"), ["no placeholder {N}"]),
        ((*python("total.py {file}"), "--sizes", "5"), ["add --input"]),
        ((*compiled("wc {file}"), "--sizes", "5", "--input", "seq {n}"), ["> {file}"]),
        ((*compiled("./gone {n}"), "--sizes", "5"), ["./gone", "build it first"]),
        ((*compiled("no-such-program"),), ["no program no-such-program on PATH"]),
        ((*compiled("total.py {n}"), "--sizes", "5"), ["./total.py"]),
        ((*compiled("./total.py {n}"), "--sizes", "5"), ["not executable", "chmod +x"]),
        ((*compiled("wc < gone.txt"),), ["< gone.txt", "No such file"]),
        ((*compiled("true"), "--kernels", "sum"), ["--kernels"]),
        (("--shell",), ["--shell needs a --command"]),
        ((*compiled("true"), "--threads", "2"), ["{threads}"]),
        ((*compiled("true"), *compiled("true")), ["two commands are called sh/rewrite"]),
        ((*compiled("true"), "--tolerance", "much"), ["--tolerance"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_wrong_command_line_says_what_to_do(
    here: Program, out: Path, arguments: tuple[str, ...], words: list[str]
) -> None:
    assert_rejected(here("run", "--out", out, *arguments), *words)
    assert not out.exists()


def test_a_command_that_fails_is_a_row_with_its_last_words(here: Program, out: Path) -> None:
    run = here.measure(
        out, *python("gone.py {n}"), *compiled("./total {n}"), "--sizes", "5", *BRIEFLY
    )
    reason = only_reason(run, "python/script")
    assert reason.startswith("exited with status 2: ") and "gone.py" in reason
    assert rows_of(run, "sh/rewrite")[0]["status"] == "ok", "the other one goes on"


def test_an_output_that_differs_is_shown(here: Program, out: Path) -> None:
    run = here.measure(
        out, *python("-c 'print({n})'"), *compiled("./total {n}"), "--sizes", "5", *BRIEFLY
    )
    assert "line 1 of its output is '5', expected 'total 10'" in only_reason(run, "python/script")
    (row,) = rows_of(run, "python/script")
    assert row["status"] == "mismatch" and row["verified"] == "false" and row["latency_ns"] == ""


def test_an_output_that_changes_with_every_call_is_told_as_such(here: Program, out: Path) -> None:
    run = here.measure(out, *python("-c 'import time; print(time.perf_counter())'"), *BRIEFLY)
    assert "something else in every call" in only_reason(run, "python/script")


def test_numbers_may_be_a_tolerance_apart(here: Program, out: Path) -> None:
    pair = (*python("-c 'print(1 / 3)'"), *compiled("echo 0.333333"))
    refused = here("verify", *pair)
    assert refused.returncode == 1 and "see --tolerance" in refused.stdout
    accepted = here("verify", *pair, "--tolerance", "1e-5")
    assert accepted.returncode == 0, accepted.stdout


def test_a_command_that_hangs_is_ended(here: Program, out: Path) -> None:
    run = here.measure(out, *compiled("sleep 86399"), "--timeout", "1s", *BRIEFLY)
    assert "still running after 1 s (--timeout)" in only_reason(run, "sh/rewrite")
    assert not pids_with_argument("86399")


def test_one_that_prints_nothing_is_said_to_be_compared_by_its_exit_alone(
    here: Program, out: Path
) -> None:
    run = here.measure(out, *compiled("true"), *BRIEFLY)
    assert "prints nothing" in run.process.stdout


# What a command finds around itself.


def test_it_finds_the_users_environment_and_directory(here: Program, out: Path) -> None:
    report = (
        "import os; print(os.getcwd(), len(os.sched_getaffinity(0)), "
        "sorted(name for name in os.environ if name.endswith('_NUM_THREADS')))"
    )
    (here.working_dir / "report.py").write_text(report, encoding="utf-8")
    expected = f"{os.path.realpath(here.working_dir)} {len(os.sched_getaffinity(0))} []"
    run = here.measure(out, *python("report.py"), *compiled(f"echo '{expected}'"), *BRIEFLY)
    assert run.process.returncode == 0, run.process.stderr


def test_it_runs_on_a_processor_only_if_the_user_names_one(here: Program, out: Path) -> None:
    cpu = max(os.sched_getaffinity(0))
    count = python("-c 'import os; print(len(os.sched_getaffinity(0)))'")
    run = here.measure(out, *count, *compiled("echo 1"), "--pin", str(cpu), *BRIEFLY)
    assert run.process.returncode == 0, run.process.stderr
    assert run.facts["pinned_cpu"] == cpu


def test_it_has_no_descriptors_and_no_limits_of_gapmeters(here: Program, out: Path) -> None:
    script = (
        "import os, resource; print(sorted(map(int, os.listdir('/proc/self/fd')))[:3], "
        "len(os.listdir('/proc/self/fd')), resource.getrlimit(resource.RLIMIT_DATA)[0])"
    )
    (here.working_dir / "report.py").write_text(script, encoding="utf-8")
    expected = subprocess.run(
        [PYTHON, "report.py"], cwd=here.working_dir, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=True,
    ).stdout.strip()
    run = here.measure(out, *python("report.py"), *compiled(f"echo '{expected}'"), *BRIEFLY)
    assert run.process.returncode == 0, run.process.stderr


MEMORY = "a sanitizer's memory counts"


@not_under("address", "thread", because=MEMORY)
def test_memory_is_that_of_processes_that_live_together(here: Program, out: Path) -> None:
    (here.working_dir / "two.py").write_text(
        "import os\n"
        "ready, go = os.pipe(), os.pipe()\n"
        "for _ in range(2):\n"
        "    if os.fork() == 0:\n"
        "        block = b'x' * (60 << 20)\n"
        "        os.write(ready[1], b'.')\n"
        "        os.read(go[0], 1)\n"
        "        os._exit(0)\n"
        "for _ in range(2):\n"
        "    os.read(ready[0], 1)\n"
        "os.write(go[1], b'..')\n"
        "for _ in range(2):\n"
        "    os.wait()\n",
        encoding="utf-8",
    )
    run = here.measure(out, *python("two.py"), *BRIEFLY)
    (row,) = run.summary
    assert 120 * MIB <= int(row["rss_peak_bytes"]) <= 200 * MIB, row


@not_under("address", "thread", because=MEMORY)
def test_memory_that_processes_share_counts_once(here: Program, out: Path) -> None:
    (here.working_dir / "shared.py").write_text(
        "import os\n"
        "block = b'x' * (100 << 20)\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        os._exit(0)\n"
        "for _ in range(4):\n"
        "    os.wait()\n",
        encoding="utf-8",
    )
    run = here.measure(out, *python("shared.py"), *BRIEFLY)
    (row,) = run.summary
    assert 100 * MIB <= int(row["rss_peak_bytes"]) <= 160 * MIB, row


# Configuration, interruption, resumption.


def test_commands_may_stand_in_the_configuration_file(here: Program, out: Path) -> None:
    config = here.working_dir / "run.toml"
    config.write_text(
        f'[run]\ncommand = ["python/script={PYTHON} total.py {{n}}", "sh/rewrite=./total {{n}}"]\n'
        'sizes = "10,20"\nrounds = 2\nquick = true\n',
        encoding="utf-8",
    )
    run = here.measure(out, "--config", config)
    assert run.process.returncode == 0, run.process.stderr
    assert {row["variant"] for row in run.summary} == {"python/script", "sh/rewrite"}
    assert {row["n"] for row in run.summary} == {"10", "20"}


def test_an_interrupted_run_leaves_no_process_and_goes_on(here: Program, out: Path) -> None:
    gate = here.working_dir / "gate"
    gate.write_text("#!/bin/sh\n[ -e open ] || exec sleep 86398\necho $1\n", encoding="utf-8")
    gate.chmod(0o755)
    arguments = (*compiled("./gate {n}"), "--sizes", "5", *BRIEFLY)
    with started(here.start("run", "--out", out, *arguments)) as process:
        wait_for("the command", lambda: pids_with_argument("86398"))
        interrupt(process)
        interrupt(process)
        assert process.wait(timeout=60) == 130
    assert not pids_with_argument("86398")
    (here.working_dir / "open").touch()
    resumed = here("run", "--resume", out)
    assert resumed.returncode == 0, resumed.stderr
    assert [row["status"] for row in Results(out).summary] == ["ok"]


def test_a_run_does_not_go_on_with_another_script(here: Program, out: Path) -> None:
    here.measure(out, *PAIR, "--sizes", "5", *BRIEFLY)
    (here.working_dir / "total.py").write_text(SCRIPT + "\n", encoding="utf-8")
    assert_rejected(here("run", "--resume", out), "kernels.command.commands")


def test_a_run_of_commands_is_not_reproduced(here: Program, out: Path) -> None:
    here.measure(out, *compiled("true"), *BRIEFLY)
    assert_rejected(here("reproduce", out), "measured commands")


# Two commands against each other.


@not_under("address", because="the budget has no eight rounds, which a verdict takes")
def test_ab_finds_the_slower_command(here: Program) -> None:
    process = here(
        "ab", "--command", "sleep 0.001", "--command", "sleep 0.05", "--budget", "6s"
    )
    assert process.returncode == 1, process.stdout + process.stderr
    assert "slower" in process.stdout


def test_ab_finds_no_slower_command_in_the_same_one(here: Program) -> None:
    process = here(
        "ab", "--command", "./total {n}", "--command", "./total {n}", "--sizes", "5", "--budget",
        "3s", "--threshold", "50%",
    )
    assert process.returncode in (0, 3), process.stdout + process.stderr


def test_ab_verifies_first(here: Program) -> None:
    process = here("ab", "--command", "echo 1", "--command", "echo 2", "--budget", "2s")
    assert process.returncode == 1
    assert "new: mismatch: line 1 of its output is '2', expected '1'" in process.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["BASE and NEW", "--command twice"]),
        (("--command", "true"), ["--command is given twice"]),
        (("a", "b", "--command", "true", "--command", "true"), ["leave out a"]),
        (("--command", "true", "--command", "./gone"), ["command/new", "build it first"]),
    ],
    ids=["nothing", "one", "both", "gone"],
)
def test_ab_says_what_it_needs(here: Program, arguments: tuple[str, ...], words: list[str]) -> None:
    assert_rejected(here("ab", *arguments), *words)
