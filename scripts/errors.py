"""How the programs end when they cannot do their work: one line on stderr, exit status 2.

Needs nothing but the standard library, so that it can also say which package is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn


class LoadError(Exception):
    """Files that cannot be used; the message is meant for the user, in one line."""


def refuse_without(error: ImportError) -> NoReturn:
    """End a program that lacks a package."""
    print(
        f"{Path(sys.argv[0]).name}: {error}; apt install python3-pandas python3-matplotlib "
        "python3-jinja2, and run this with /usr/bin/python3",
        file=sys.stderr,
    )
    sys.exit(2)


def run_program(name: str, work: Callable[[], str], out: Path, other: str) -> int:
    """Do the work and print what it says; return the exit status.

    `out` is where it writes, `other` what to choose when that is impossible.
    """
    try:
        said = work()
    except LoadError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"{name}: cannot write {error.filename or out} ({error.strerror}); choose another "
            f"{other} with --out",
            file=sys.stderr,
        )
        return 2
    print(said)
    return 0
