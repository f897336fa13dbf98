"""--interpreter: stock interpreters as the Python lane, in place of the embedded or beside it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import BRIEF, Program, Run, assert_rejected, not_under

STOCK = sys.executable
VERSION = ".".join(platform.python_version_tuple()[:2])
INTERPRETER = ("--kernels", "interpreter", "--sizes", "16")


def reported(run: Run, variant: str) -> dict[str, Any]:
    """What a variant that tells where it runs printed; the same in each of its workers."""
    facts = set()
    for entry in run.log.split("--- ")[1:]:
        title, _, output = entry.partition("\n")
        if title.split()[1] == variant:
            facts |= {line for line in output.splitlines() if line.startswith("{")}
    assert len(facts) == 1, run.log
    return json.loads(facts.pop())


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def stock(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One interpreter: it takes the embedded one's place."""
    return zoo.measure(
        tmp_path_factory.mktemp("stock") / "out", *BRIEF, *INTERPRETER, "--interpreter", STOCK
    )


@pytest.fixture(scope="module")
def several(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two interpreters beside the embedded: here the same one twice, of which one has a name."""
    return zoo.measure(
        tmp_path_factory.mktemp("several") / "out",
        *(*BRIEF, *INTERPRETER, "--interpreter", f"{STOCK},own-name={STOCK}"),
    )


def test_one_interpreter_takes_the_embedded_ones_place(stock: Run) -> None:
    assert stock.process.returncode == 0, stock.process.stderr
    variants = {row["variant"] for row in stock.summary}
    assert variants == {"native/right", "python/right", "python/report", "python/marked"}
    facts = reported(stock, "python/report")
    assert facts["program"] == os.path.realpath(STOCK)
    assert facts["executable"] == STOCK
    assert facts["version"] == platform.python_version()


def test_run_json_names_the_stock_interpreter(stock: Run) -> None:
    python = stock.facts["python"]
    assert (python["engine"], python["executable"]) == ("stock", STOCK)
    assert python["version"] == platform.python_version()
    assert stock.facts["further_engines"] == {}


def test_a_stock_interpreter_is_isolated_too(zoo: Program, stock: Run, tmp_path: Path) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    for name in ("gapmeter_marker", "json", "gapmeter_loop"):
        (modules / f"{name}.py").write_text("raise RuntimeError('the wrong place')", "utf-8")
    run = zoo.measure(
        tmp_path / "out",
        *(*BRIEF, *INTERPRETER, "--interpreter", STOCK),
        environment={"PYTHONPATH": str(modules), "PYTHONHOME": "/nonexistent"},
        cwd=modules,
    )
    assert run.process.returncode == 0, run.process.stderr
    facts = reported(run, "python/report")
    assert facts == reported(stock, "python/report")
    assert facts["ignore_environment"] == 1
    assert run.process.stderr.count("PYTHONPATH is set, and ignored") == 1
    assert run.cell("interpreter", "python/marked", 16)["status"] == "skipped"


@not_under("address", "thread", because="a stock interpreter can't load our extension modules")
def test_rows_of_a_stock_interpreter_are_verified_and_compared(
    gapmeter: Program, out: Path
) -> None:
    run = gapmeter.measure(
        out,
        *(*BRIEF, "--kernels", "sum", "--sizes", "16,1000", "--interpreter", STOCK),
        *("--variants", "native/*,builtin,loop,array,numpy"),
    )
    assert run.process.returncode == 0, run.process.stderr
    digests = {(row["n"], row["input_digest"]) for row in run.rounds}
    assert len(digests) == 2, "both lanes get the same inputs"
    for row in run.summary:
        assert (row["status"], row["verified"]) == ("ok", "true"), row["reason"]
        assert (row["gap"] != "") == (row["lane"] == "python")


def test_unusual_python_is_right_in_a_stock_interpreter_too(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out, *BRIEF, *("--kernels", "ordinary", "--sizes", "16", "--interpreter", STOCK)
    )
    assert run.process.returncode == 0, run.process.stdout
    assert {row["verified"] for row in run.summary} == {"true"}


def test_failures_in_a_stock_interpreter_have_their_rows(zoo: Program, out: Path) -> None:
    variants = "native/right,raises,sys_exit,os_exit,memory_error,missing_package"
    run = zoo.measure(
        out,
        *(*BRIEF, "--kernels", "failing", "--sizes", "16", "--variants", variants),
        *("--interpreter", STOCK),
    )
    assert run.process.returncode == 1
    statuses = {row["variant"]: row["status"] for row in run.summary}
    assert statuses == {
        "native/right": "ok",
        "python/raises": "error",
        "python/sys_exit": "error",
        "python/os_exit": "crashed",
        "python/memory_error": "oom",
        "python/missing_package": "skipped",
    }


def test_collections_of_a_stock_interpreter_are_counted(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out,
        *(*BRIEF, "--kernels", "garbage", "--sizes", "16", "--variants", "right,cycles"),
        *("--interpreter", STOCK),
    )
    row = run.cell("garbage", "python/cycles", 16)
    assert int(row["gc_collections_0"]) + int(row["gc_collections_1"]) > 0


def test_several_interpreters_run_beside_the_embedded_one(several: Run, zoo: Program) -> None:
    assert several.process.returncode == 0, several.process.stderr
    engines = ["python", f"python@{VERSION}", "python@own-name"]
    names = ["right", "report", "marked"]
    variants = [f"{engine}/{name}" for engine in engines for name in names]
    assert [row["variant"] for row in several.summary] == ["native/right", *variants]
    assert reported(several, "python/report")["program"] == str(zoo.python_worker)
    for engine in engines[1:]:
        assert reported(several, f"{engine}/report")["program"] == os.path.realpath(STOCK)


def test_rows_of_several_interpreters_are_verified_and_compared(several: Run) -> None:
    measured = [row for row in several.summary if not row["variant"].endswith("/marked")]
    for row in measured:
        assert (row["status"], row["verified"]) == ("ok", "true"), row["reason"]
        python = row["lane"] == "python"
        assert row["reference"] == ("native/right" if python else "")
        assert (row["gap"] != "") == python
    assert len({row["input_digest"] for row in measured}) == 1


def test_run_json_names_several_interpreters(several: Run) -> None:
    assert several.facts["python"]["engine"] == "embedded"
    further = several.facts["further_engines"]
    assert set(further) == {VERSION, "own-name"}
    for facts in further.values():
        assert (facts["engine"], facts["executable"]) == ("stock", STOCK)
        assert facts["version"] == platform.python_version()


def test_results_of_several_interpreters_are_read_back(several: Run, zoo: Program) -> None:
    files = [several.dir / "summary.csv", several.dir / "latency.csv"]
    before = [file.read_bytes() for file in files]
    assert zoo("summarize", several.dir).returncode == 0
    assert [file.read_bytes() for file in files] == before


def test_results_of_several_interpreters_are_drawn(
    several: Run, zoo: Program, tmp_path: Path
) -> None:
    process = zoo("plot", several.dir, "--out", tmp_path / "charts", "--format", "svg")
    assert process.returncode == 0, process.stderr
    alt = json.loads((tmp_path / "charts" / "alt.json").read_text(encoding="utf-8"))
    assert "python@own-name" in str(alt)
    latency = [text for name, text in alt.items() if "latency" in name]
    assert latency and "own-name" not in str(latency), "a line for each variant, not each engine"


def test_variants_of_one_interpreter_can_be_selected(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out,
        *(*BRIEF, *INTERPRETER, "--interpreter", f"{STOCK},own-name={STOCK}"),
        *("--variants", "native/*,python@own-name/right"),
    )
    variants = [row["variant"] for row in run.summary]
    assert variants == ["native/right", "python@own-name/right"]


def test_an_interpreter_is_looked_up_on_path(zoo: Program, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "my_python").symlink_to(STOCK)
    run = zoo.measure(
        tmp_path / "out",
        *(*BRIEF, *INTERPRETER, "--variants", "report", "--interpreter", "my_python"),
        environment={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"},
    )
    assert run.process.returncode == 0, run.process.stderr
    assert reported(run, "python/report")["program"] == os.path.realpath(STOCK)


# As version managers put on PATH.
def test_an_interpreter_may_be_a_script_that_starts_one(zoo: Program, tmp_path: Path) -> None:
    shim = script(tmp_path / "python", f'exec {STOCK} "$@"')
    run = zoo.measure(
        tmp_path / "out",
        *(*BRIEF, *INTERPRETER, "--variants", "report", "--interpreter", shim),
    )
    assert run.process.returncode == 0, run.process.stderr
    assert reported(run, "python/report")["program"] == os.path.realpath(STOCK)


def test_an_interpreter_of_a_virtual_environment_brings_its_packages(
    zoo: Program, tmp_path: Path
) -> None:
    subprocess.run([STOCK, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    (site_packages,) = (tmp_path / "env").glob("lib/python3*/site-packages")
    (site_packages / "gapmeter_marker.py").touch()
    interpreter = tmp_path / "env" / "bin" / "python"
    run = zoo.measure(tmp_path / "out", *BRIEF, *INTERPRETER, "--interpreter", interpreter)
    assert run.cell("interpreter", "python/marked", 16)["status"] == "ok"
    assert run.facts["python"]["executable"] == str(interpreter)


# What can't be used


def refused(program: Program, out: Path, interpreters: str | Path) -> subprocess.CompletedProcess:
    process = program(
        *("run", *BRIEF, *INTERPRETER, "--out", out, "--interpreter", interpreters)
    )
    assert not out.exists()
    return process


def test_an_interpreter_that_is_not_there_is_rejected(zoo: Program, out: Path) -> None:
    assert_rejected(refused(zoo, out, "/nonexistent/python"), "/nonexistent/python", "No such file")


def test_a_name_that_is_not_on_path_is_rejected(zoo: Program, out: Path) -> None:
    assert_rejected(refused(zoo, out, "python2.1"), "--interpreter", "python2.1", "PATH")


def test_no_name_at_all_is_rejected(zoo: Program, out: Path) -> None:
    assert_rejected(refused(zoo, out, ""), "--interpreter")


def test_a_file_that_is_no_program_is_rejected(zoo: Program, out: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").touch()
    assert_rejected(refused(zoo, out, tmp_path / "notes"), str(tmp_path / "notes"), "Permission")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("echo unknown option -I >&2; exit 64", ["status 64", "unknown option"],
                     id="that complains"),
        pytest.param("exit 0", ["status 0 and no result"], id="that says nothing"),
        pytest.param("echo nonsense >&4", ["does not answer as a Python does", "nonsense"],
                     id="that answers nonsense"),
        pytest.param("kill -SEGV $$", ["signal 11"], id="that crashes"),
    ],
)
def test_a_program_that_is_no_python_is_rejected_by_its_name(
    zoo: Program, out: Path, tmp_path: Path, text: str, words: list[str]
) -> None:
    impostor = script(tmp_path / "impostor", text)
    assert_rejected(refused(zoo, out, impostor), str(impostor), *words)


def test_of_several_interpreters_the_one_that_cannot_be_used_is_named(
    zoo: Program, out: Path, tmp_path: Path
) -> None:
    impostor = script(tmp_path / "impostor", "exit 3")
    assert_rejected(refused(zoo, out, f"{STOCK},{impostor}"), str(impostor), "status 3")


def test_two_that_nothing_tells_apart_are_to_be_given_names(zoo: Program, out: Path) -> None:
    assert_rejected(refused(zoo, out, f"{STOCK},{STOCK}"), VERSION, f"one={STOCK}")


def test_a_name_without_a_path_is_rejected(zoo: Program, out: Path) -> None:
    assert_rejected(refused(zoo, out, "new="), "--interpreter", "NAME=PATH")


def test_the_name_of_a_single_one_is_told_to_be_of_no_use(zoo: Program, out: Path) -> None:
    run = zoo.measure(
        out, *(*BRIEF, *INTERPRETER, "--variants", "right", "--interpreter", f"mine={STOCK}")
    )
    assert "'mine' is for several" in run.process.stderr
    assert {row["variant"] for row in run.summary} == {"native/right", "python/right"}


# The compiled loop


def brief(program: Program, out: Path, **environment: str) -> Run:
    """One cell in the stock interpreter, with a cache directory of its own."""
    return program.measure(
        out, *(*BRIEF, *INTERPRETER, "--variants", "right", "--interpreter", STOCK),
        environment={"XDG_CACHE_HOME": str(out.parent / "cache"), **environment},
    )


def test_the_loop_is_built_once(zoo: Program, tmp_path: Path) -> None:
    first = brief(zoo, tmp_path / "first")
    second = brief(zoo, tmp_path / "second", CC="/nonexistent/cc")
    for run in (first, second):
        assert (run.process.returncode, run.facts["python"]["engine"]) == (0, "stock")
        assert "warning" not in run.process.stderr


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        pytest.param({"CC": "/nonexistent/cc"}, "/nonexistent/cc", id="without a compiler"),
        pytest.param({"CC": "/bin/false"}, "does not compile", id="where it does not compile"),
        pytest.param({"XDG_CACHE_HOME": "/proc/none"}, "/proc/none", id="without a cache"),
    ],
)
def test_where_the_loop_cannot_be_built_one_in_python_takes_its_place(
    zoo: Program, tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    run = brief(zoo, tmp_path / "out", **environment)
    assert run.process.returncode == 0, run.process.stderr
    (warning,) = [line for line in run.process.stderr.splitlines() if "warning" in line]
    assert STOCK in warning and "a loop in Python" in warning and reason in warning
    python = run.facts["python"]
    assert python["engine"] == "portable"
    assert python["call_ns"] > 0
    assert "an empty call takes" in run.process.stdout
    assert run.cell("interpreter", "python/right", 16)["verified"] == "true"
