"""docs/your-own-code.md, followed to the letter: two programs, then a new suite."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from guide_files import commands_and_files
from support import Program, clean_environment, not_under

pytestmark = not_under("address", "thread", because="a suite would be built that is without it")

GUIDE = "docs/your-own-code.md"
FOLLOWED = "## Make it yours"  # from here on the reader's own code is meant


def test_each_of_its_commands_works_and_a_run_ends_in_a_sentence(
    gapmeter: Program, source_dir: Path, tmp_path: Path
) -> None:
    guide = (source_dir / GUIDE).read_text(encoding="utf-8").partition(FOLLOWED)[0]
    environment = clean_environment() | {
        "PATH": f"{gapmeter.path.parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    answers = []
    for name, text in commands_and_files(guide):
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
            continue
        process = subprocess.run(
            ["sh", "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert process.returncode == 0, f"{text}\n{process.stdout}{process.stderr}"
        if text.startswith("gapmeter run"):
            answers.append(process.stdout)
    assert len(answers) == 2, "one of each way"
    # Where the machine is busy, a run may well say that it does not know.
    for kernel, answer in zip(("command", "norm"), answers, strict=True):
        assert re.search(rf"^{kernel}: (whether )?rewriting ", answer, re.MULTILINE), answer
