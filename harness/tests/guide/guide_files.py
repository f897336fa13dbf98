"""The kernel that docs/adding-a-kernel.md leads to, as files: guide_files.py GUIDE DIRECTORY.

Prints the path of each file that it writes, relative to the directory.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# A block of shell commands, or a file's name in backquotes alone on a line and then its contents.
BLOCK = re.compile(r"^(?:`([\w./-]+)`\n\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands_and_files(guide: str) -> Iterator[tuple[str, str]]:
    """What the reader does, in order: ("", a command to run) or (a file's name, its contents)."""
    for name, language, text in BLOCK.findall(guide):
        if name:
            yield name, text
        elif language == "sh":
            yield from (("", command) for command in text.splitlines())


def main(guide: str, directory: str) -> None:
    for name, text in commands_and_files(Path(guide).read_text(encoding="utf-8")):
        if not name:
            continue
        target = Path(directory) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
