"""Keep a run's verdicts with those of other machines, and show all of them in a Markdown file.

    PYTHONPATH=scripts /usr/bin/python3 -m dev.machine_verdicts RUN.json CLAIMS.json DIR FILE.md

CLAIMS.json is what `gapmeter claims` of the current build writes of that run. Its verdicts become
the file of the run's machine, compiler and interpreter in DIR (results/verdicts), and the table
between the marks of FILE.md (docs/claims.md) is made of all files there. A verdict by a rule that
has changed since is told as such. Exit status: 0, or 2 with a line on stderr.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from dev.readme_claims import cell, with_table

Json = dict[str, Any]
UNDECIDED = ("open", "not measured here")


def record_of(facts: Json, claims: list[Json]) -> Json:
    """What is kept of a run: its machine, and each verdict with the digest of its rule."""
    machine, build, python = facts["machine"], facts["build"], facts["python"]
    return {
        "machine": {
            "cpu": machine["cpu"],
            "logical_cpus": machine["logical_cpus"],
            "cache_bytes": [cache["size_bytes"] for cache in machine["caches"]],
            "compiler": build["compiler"],
            "rust_compiler": build.get("rust_compiler"),  # none without Rust
            "flags": build["flags"],
            "python": python["version"],
            "program": build["git_revision"],
            "date": facts["started"][:10],
        },
        "verdicts": {
            claim["id"]: {
                "outcome": claim["outcome"],
                "verdict": claim["verdict"],
                "rule": digest_of(claim["rule"]),
            }
            for claim in claims
        },
    }


def digest_of(rule: str) -> str:
    """Changes whenever the words of a rule do."""
    return hashlib.sha256(rule.encode()).hexdigest()[:12]


def file_name(record: Json) -> str:
    """The same for each run with the same processor, compiler and interpreter."""
    machine = record["machine"]
    name = f"{machine['cpu']} {machine['compiler']} cpython {machine['python']}"
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-") + ".json"


def verdicts_table(claims: list[Json], records: list[Json]) -> str:
    """The machines, numbered, and each claim's verdict on each of them."""
    lines = [f"{i}. {_machine_text(record['machine'])}" for i, record in enumerate(records, 1)]
    differing = ", ".join(claim["id"] for claim in claims if _differs(claim, records))
    if differing:
        lines += ["", f"Decided differently on different machines: {differing}."]
    lines += ["", "| | claim |" + "".join(f" {i} |" for i in range(1, len(records) + 1))]
    lines.append("| --- | --- |" + " --- |" * len(records))
    for claim in claims:
        told = [_told(claim, record) for record in records]
        lines.append("| " + " | ".join(map(cell, [claim["id"], claim["claim"], *told])) + " |")
    return "\n".join(lines)


def _machine_text(machine: Json) -> str:
    caches = ", ".join(f"{size // 1024} KiB" for size in machine["cache_bytes"])
    return cell(
        f"{machine['cpu']} ({machine['logical_cpus']} processors, caches of {caches}), "
        f"{machine['compiler']} {machine['flags']}, "
        f"{machine.get('rust_compiler') or 'no Rust'}, CPython {machine['python']}; measured "
        f"on {machine['date']} with gapmeter {machine['program']}"
    )


def _told(claim: Json, record: Json) -> str:
    found = record["verdicts"].get(claim["id"])
    if found is None:
        return "unknown to that build"
    # What was not measured has no verdict by any rule.
    by_it = found["rule"] == digest_of(claim["rule"]) or found["outcome"] == "not measured here"
    return found["verdict"] if by_it else f"{found['verdict']}, by an older rule"


def _differs(claim: Json, records: list[Json]) -> bool:
    """Whether two machines decide by the current rule, and not alike."""
    found = [record["verdicts"].get(claim["id"], {}) for record in records]
    rule = digest_of(claim["rule"])
    outcomes = {verdict["outcome"] for verdict in found if verdict.get("rule") == rule}
    return len(outcomes.difference(UNDECIDED)) > 1


def main(arguments: list[str]) -> int:
    """Write the machine's file and the table."""
    if len(arguments) != 4:
        print("usage: machine_verdicts.py RUN.json CLAIMS.json DIR FILE.md", file=sys.stderr)
        return 2
    run, decided, directory, target = map(Path, arguments)
    try:
        claims = json.loads(decided.read_text(encoding="utf-8"))
        record = record_of(json.loads(run.read_text(encoding="utf-8")), claims)
        directory.mkdir(exist_ok=True)
        text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
        (directory / file_name(record)).write_text(text, encoding="utf-8")
        records = [
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(directory.glob("*.json"))
        ]
        table = verdicts_table(claims, records)
        document = target.read_text(encoding="utf-8")
        target.write_text(with_table(document, table), encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"machine_verdicts: {run} and {decided}: {error!r}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
