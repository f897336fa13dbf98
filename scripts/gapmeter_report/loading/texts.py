"""Texts of files: all of one, one on a line for display, and names that become file names."""

from __future__ import annotations

import re
from pathlib import Path

from gapmeter_report.loading.errors import LoadError

# A kernel's name becomes a file name, so it must not be able to leave the directory. Characters
# beyond ASCII have to be visible, too: see is_plain_name in harness/base/text.h.
_KERNEL_NAME = re.compile(r"(?![.-])([A-Za-z0-9_.-]|[^\x00-\x7f])+")


def one_line(text: str) -> str:
    """A text for display: on one line, and without the control characters that break an SVG."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def check_kernel_name(name: str, where: str) -> str:
    """Return the name if it is safe to be part of a file name, or raise LoadError."""
    if not _KERNEL_NAME.fullmatch(name) or not name.isprintable():
        raise LoadError(
            f"{where}: kernel name {name!r} cannot be a file name (letters, digits, '_', then also "
            "'.' and '-'); a kernel is named after its source file: correct the name there"
        )
    return name


def read_text(path: Path, newline: str | None = None) -> str:
    """All of a text file, or LoadError."""
    try:
        with path.open(encoding="utf-8-sig", newline=newline) as file:
            return file.read()
    except FileNotFoundError:
        writer = "run --resume" if path.name == "run.json" else "summarize"
        raise LoadError(
            f"{path}: is missing; write it with `gapmeter {writer} {path.parent}`"
        ) from None
    except UnicodeDecodeError as error:
        raise LoadError(f"{path}: is not UTF-8 ({error.reason}); save it as UTF-8") from None
    except OSError as error:
        raise LoadError(f"{path}: cannot be read ({error.strerror}); check it") from None
