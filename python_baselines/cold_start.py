"""cold_start: from the start of a process to its first prediction, by a stock interpreter."""

import os
import sys
from pathlib import Path

from gapmeter import Skip, variant

HERE = Path(__file__).resolve().parent
MODEL = str(HERE.parent / "kernels" / "models" / "mlp.json")
PROGRAM = str(HERE / "programs" / "cold_start.py")


def ask(command):
    """The two numbers that the program prints."""
    if not hasattr(os, "posix_spawn"):
        raise Skip("this interpreter can't start a program without forking (os.posix_spawn)")
    answers, to_parent = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, to_parent, 1)]
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.close(to_parent)
    text = os.read(answers, 64)
    os.close(answers)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError(f"{command[0]} does not answer")
    return list(map(int, text.split()))


def command_with(library):
    """Prepare: the command, after a first start that reports how much memory the program takes."""

    def prepare(inputs):
        command = [sys.executable, "-I", PROGRAM, MODEL, library, *map(str, inputs.x)]
        inputs.report("program_peak_bytes", ask(command)[1])
        return (command,)

    return prepare


@variant(prepare=command_with("none"))
def bare(command):
    return ask(command)[0]


@variant(prepare=command_with("numpy"), requires="numpy")
def numpy(command):
    return ask(command)[0]


def evict(path):
    """Drops the pages of a file that nobody else has mapped."""
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


@variant(prepare=command_with("none"), quick=False, job="evicted")
def bare_evicted(command):
    for path in (os.path.realpath(command[0]), PROGRAM, MODEL):
        evict(path)
    return ask(command)[0]
