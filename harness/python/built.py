"""Modules that Cython, Pythran or nanobind makes of a source text, for kernels to import.

Compiling takes seconds, and every round begins a process: so each is built once for an
interpreter and kept in the user's cache directory. What building took then is reported as
compile_s, whoever built it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.machinery
import os
import shlex
import subprocess
import sys
import sysconfig
import time
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType

from gapmeter import Inputs, Skip

TYPE_CHECKING = False  # type checkers take it for true, as they do typing's
if TYPE_CHECKING:
    from typing import Callable

FLAGS = ["-O3", "-march=native", "-ffast-math"]


def cython_module(inputs: Inputs, source: str) -> ModuleType:
    """The module of a .pyx; `requires` of the variant names Cython."""
    return _module(inputs, "cython", ".pyx", source, _build_with_cython)


def pythran_module(inputs: Inputs, source: str) -> ModuleType:
    """The module of a .py with exports for Pythran; `requires` of the variant names pythran."""
    return _module(inputs, "pythran", ".py", source, _build_with_pythran)


def nanobind_module(inputs: Inputs, source: str) -> ModuleType:
    """The module of C++ with an NB_MODULE(MODULE_NAME, …); `requires` names nanobind."""
    return _module(inputs, "nanobind", ".cpp", source, _build_with_nanobind)


def _module(
    inputs: Inputs, tool: str, ending: str, source: str, build: Callable[[Path, Path], None]
) -> ModuleType:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    key = "\n".join([tool, source, sys.executable, sys.version, *FLAGS])
    name = f"{tool}_{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    directory = _cache_dir() / "modules" / name
    directory.mkdir(parents=True, exist_ok=True)
    file, seconds = directory / f"{name}{suffix}", directory / "compile_s"
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not seconds.exists():
            text = (directory / name).with_suffix(ending)
            text.write_text(source, encoding="utf-8")
            started = time.perf_counter()
            build(text, file)
            seconds.write_text(str(time.perf_counter() - started))
    inputs.report("compile_s", float(seconds.read_text()))
    loader = importlib.machinery.ExtensionFileLoader(name, str(file))
    module = module_from_spec(importlib.machinery.ModuleSpec(name, loader, origin=str(file)))
    loader.exec_module(module)
    return module


def _cache_dir() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if os.path.isabs(cache) else Path.home() / ".cache") / "gapmeter"


def _build_with_cython(source: Path, file: Path) -> None:
    translated = source.with_suffix(".c")
    _run([sys.executable, "-m", "cython", "-3", str(source), "-o", str(translated)])
    include = sysconfig.get_path("include")
    compiler = shlex.split(os.environ.get("CC", "cc"))
    _run([*compiler, *FLAGS, "-fPIC", "-shared", f"-I{include}", str(translated), "-o", str(file)])


def _build_with_pythran(source: Path, file: Path) -> None:
    _run([sys.executable, "-m", "pythran.run", *FLAGS, str(source), "-o", str(file)])


def _build_with_nanobind(source: Path, file: Path) -> None:
    found = find_spec("nanobind")
    if found is None or found.origin is None:
        raise Skip("needs the package nanobind")
    package, python = Path(found.origin).parent, sysconfig.get_path("include")
    includes = [package / "include", package / "ext/robin_map/include", python]
    # Its own library, too, and options for releases: both as that file's comment says.
    sources = [source, package / "src/nb_combined.cpp"]
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    _run([
        *compiler, *FLAGS, "-std=c++20", "-fvisibility=hidden", "-fno-strict-aliasing", "-fPIC",
        "-shared", "-DNDEBUG", "-DNB_COMPACT_ASSERTIONS", f"-DMODULE_NAME={source.stem}",
        *(f"-I{directory}" for directory in includes), *map(str, sources), "-o", str(file),
    ])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError as error:
        raise Skip(f"{command[0]} can't be run: {error.strerror}") from None
    if done.returncode != 0:
        print(done.stdout)
        raise RuntimeError(f"{' '.join(command[:3])} failed with status {done.returncode}")
