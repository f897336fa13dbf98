"""Which Python the workers embed: isolated, the system's, or the user's virtual environment."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import BRIEF, Program, Run

MARKER = "gapmeter_marker"


def run_interpreter(zoo: Program, out: Path, **options: Any) -> Run:
    """The variants that tell where they run, under the given environment."""
    return zoo.measure(out, *BRIEF, "--kernels", "interpreter", "--sizes", "16", **options)


def reported(run: Run) -> dict[str, Any]:
    """What the variant `report` printed; the same in each of its workers."""
    lines = {line for line in run.log.splitlines() if line.startswith("{")}
    assert len(lines) == 1, run.log
    return json.loads(lines.pop())


def marker_status(run: Run) -> str:
    """`skipped` where the module with the marker's name can't be imported."""
    return run.cell("interpreter", "python/marked", 16)["status"]


def put_module(directory: Path, name: str, text: str = "") -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.py").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def plain(zoo: Program, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_interpreter(zoo, tmp_path_factory.mktemp("plain") / "out")


@pytest.fixture(scope="module")
def virtual_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment of the embedded version, with the marker in its site-packages."""
    directory = tmp_path_factory.mktemp("venv") / "umgebung-größe"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", directory], check=True)
    (site_packages,) = directory.glob("lib/python3*/site-packages")
    put_module(site_packages, MARKER)
    return directory


def test_the_embedded_interpreter_passes_for_the_one_it_was_built_from(plain: Run) -> None:
    facts = reported(plain)
    assert facts["executable"] == sys.executable
    assert facts["version"] == platform.python_version()
    assert facts["prefix"] == facts["base_prefix"] == sys.base_prefix
    python = plain.facts["python"]
    assert (python["executable"], python["version"]) == (facts["executable"], facts["version"])


def test_the_embedded_interpreter_is_isolated(plain: Run) -> None:
    facts = reported(plain)
    assert facts["ignore_environment"] == 1
    assert "" not in facts["path"] and "." not in facts["path"]
    assert marker_status(plain) == "skipped"
    assert plain.process.returncode == 0


def test_variables_of_python_are_ignored(zoo: Program, plain: Run, tmp_path: Path) -> None:
    put_module(tmp_path / "modules", MARKER)
    variables = {
        "PYTHONPATH": str(tmp_path / "modules"),
        "PYTHONHOME": "/nonexistent",
        "PYTHONINSPECT": "1",
        "PYTHONSTARTUP": "/nonexistent",
    }
    run = run_interpreter(zoo, tmp_path / "out", environment=variables)
    assert reported(run) == reported(plain)
    assert marker_status(run) == "skipped"
    (warning,) = [w for w in run.facts["python"]["warnings"] if "PYTHONPATH" in w]
    assert run.process.stderr.count(f"gapmeter: warning: {warning}\n") == 1


def test_only_the_c_api_of_python_is_exported(zoo: Program) -> None:
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", zoo.python_worker], stdout=subprocess.PIPE, check=True
    )
    names = [line.split()[-1] for line in listing.stdout.decode().splitlines()]
    own = [name for name in names if "@" not in name]  # the others are copies of a library's
    assert "PyObject_Vectorcall" in own
    assert [name for name in own if not name.startswith(("Py", "_Py"))] == []


def test_run_json_tells_where_modules_are_looked_for(plain: Run) -> None:
    assert plain.facts["python"]["sys_path"] == reported(plain)["path"]


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("options", [(), ("--interpreter", sys.executable)],
                         ids=["embedded", "stock"])
def test_text_is_utf_8_whatever_the_locale(
    zoo: Program, tmp_path: Path, locale: str, options: tuple[str, ...]
) -> None:
    run = zoo.measure(
        tmp_path / "größe",
        *(*BRIEF, "--kernels", "interpreter", "--sizes", "16", "--variants", "report", *options),
        environment={"LC_ALL": locale, "LANG": locale},
    )
    assert run.process.returncode == 0, run.process.stderr
    assert "größer\n" in run.log and "read ß\n" in run.log


def test_packages_of_the_user_are_seen(zoo: Program, tmp_path: Path) -> None:
    version = ".".join(platform.python_version_tuple()[:2])
    put_module(tmp_path / f".local/lib/python{version}/site-packages", MARKER)
    for name, options in (("embedded", ()), ("stock", ("--interpreter", sys.executable))):
        run = zoo.measure(
            tmp_path / name,
            *(*BRIEF, "--kernels", "interpreter", "--sizes", "16", *options),
            environment={"HOME": str(tmp_path)},
        )
        assert marker_status(run) == "ok"


def test_modules_in_the_working_directory_are_not_imported(zoo: Program, tmp_path: Path) -> None:
    for name in (MARKER, "json", "sitecustomize"):
        put_module(tmp_path / "here", name, "raise RuntimeError('imported from the wrong place')")
    run = run_interpreter(zoo, tmp_path / "out", cwd=tmp_path / "here")
    assert run.process.returncode == 0
    assert marker_status(run) == "skipped"


def test_a_python3_earlier_on_path_does_not_matter(
    zoo: Program, plain: Run, tmp_path: Path
) -> None:
    impostor = tmp_path / "bin" / "python3"
    impostor.parent.mkdir()
    impostor.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\nexit 1\n", encoding="utf-8")
    impostor.chmod(0o755)
    path = {"PATH": f"{impostor.parent}:/usr/bin:/bin"}
    run = run_interpreter(zoo, tmp_path / "out", environment=path)
    assert reported(run) == reported(plain)
    assert not (tmp_path / "called").exists()


def test_an_active_virtual_environment_is_honoured(
    zoo: Program, virtual_environment: Path, out: Path
) -> None:
    run = run_interpreter(zoo, out, environment={"VIRTUAL_ENV": str(virtual_environment)})
    facts = reported(run)
    assert facts["executable"] == str(virtual_environment / "bin" / "python")
    assert facts["prefix"] == str(virtual_environment)
    assert facts["base_prefix"] == sys.base_prefix
    assert facts["ignore_environment"] == 1
    assert marker_status(run) == "ok"
    assert "warning" not in run.process.stderr
    assert run.facts["python"]["warnings"] == []


def test_variants_whose_package_the_virtual_environment_lacks_are_skipped(
    gapmeter: Program, virtual_environment: Path, out: Path
) -> None:
    run = gapmeter.measure(
        out,
        *BRIEF,
        *("--kernels", "sum", "--variants", "builtin,python/numpy", "--sizes", "16"),
        environment={"VIRTUAL_ENV": str(virtual_environment)},
    )
    assert run.process.returncode == 0
    assert run.cell("sum", "python/builtin", 16)["status"] == "ok"
    numpy = run.cell("sum", "python/numpy", 16)
    assert numpy["status"] == "skipped"
    assert numpy["reason"].startswith("needs the package numpy: ")
    assert run.facts["python"]["numpy"] == ""


@pytest.mark.parametrize("key", ["version", "version_info"])
def test_a_virtual_environment_of_another_version_is_ignored_with_a_warning(
    zoo: Program, plain: Run, virtual_environment: Path, key: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyvenv.cfg").write_text(f"home = /usr/bin\n{key} = 3.8.1\n", encoding="utf-8")
    (other / "lib").symlink_to(virtual_environment / "lib")
    run = run_interpreter(zoo, tmp_path / "out", environment={"VIRTUAL_ENV": str(other)})
    warning = run.process.stderr.splitlines()[0]
    assert warning.startswith(f"gapmeter: warning: the active virtual environment {other} has")
    assert "Python 3.8" in warning and f"{sys.executable} -m venv" in warning
    assert run.facts["python"]["warnings"] == [warning.removeprefix("gapmeter: warning: ")]
    assert reported(run) == reported(plain)
    assert marker_status(run) == "skipped"


def test_a_virtual_environment_that_is_not_there_is_ignored_with_a_warning(
    zoo: Program, plain: Run, out: Path
) -> None:
    run = run_interpreter(zoo, out, environment={"VIRTUAL_ENV": "/nonexistent"})
    assert run.process.stderr.startswith("gapmeter: warning: ")
    assert reported(run) == reported(plain)


def test_list_and_verify_honour_the_virtual_environment_too(
    zoo: Program, virtual_environment: Path
) -> None:
    process = zoo(
        *("verify", "--kernels", "interpreter", "--variants", "marked", "--sizes", "16"),
        environment={"VIRTUAL_ENV": str(virtual_environment)},
    )
    assert process.stdout == "1 right, 0 wrong or failed, 0 skipped\n"
    warned = zoo("list", environment={"VIRTUAL_ENV": "/nonexistent"})
    assert warned.returncode == 0
    assert warned.stderr.startswith("gapmeter: warning: ")
