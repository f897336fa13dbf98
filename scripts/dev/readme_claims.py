"""Put the claims of a run, in short, between the marks of a Markdown file.

    /usr/bin/python3 scripts/dev/readme_claims.py DIR/claims.json README.md

claims.json is what `gapmeter report DIR` writes. Exit status: 0, or 2 with a line on stderr.
"""

from __future__ import annotations

import html
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- claims: begin -->", "<!-- claims: end -->"

Claim = dict[str, Any]


def claims_table(claims: list[Claim]) -> str:
    """How many claims came out how, and each one's verdict."""
    counts = Counter(claim["outcome"] for claim in claims)
    counted = ", ".join(f"{outcome}: {count}" for outcome, count in counts.most_common())
    lines = [f"Of {len(claims)} claims: {counted}.", ""]
    lines += ["| | claim | verdict |", "| --- | --- | --- |"]
    lines += [
        f"| {cell(claim['id'])} | {cell(claim['claim'])} | {cell(claim['verdict'])} |"
        for claim in claims
    ]
    return "\n".join(lines)


def with_table(text: str, table: str) -> str:
    """The text with everything between the marks replaced; raises ValueError without them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"has no {BEGIN} before {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def cell(text: str) -> str:
    """The text as it may stand in a cell of a table."""
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", " ")


def main(arguments: list[str]) -> int:
    """Rewrite the file."""
    if len(arguments) != 2:
        print("usage: readme_claims.py CLAIMS.json FILE.md", file=sys.stderr)
        return 2
    claims, target = map(Path, arguments)
    try:
        table = claims_table(json.loads(claims.read_text(encoding="utf-8")))
        text = with_table(target.read_text(encoding="utf-8"), table)
        target.write_text(text, encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"readme_claims: {claims} and {target}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
