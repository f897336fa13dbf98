"""What the report says of claims: which findings it shows, and how many came out how."""

from __future__ import annotations

from collections import Counter

from gapmeter_report.loading.claims import OUTCOMES, Claim, Decided, Finding
from gapmeter_report.loading.run_json import Kernel
from gapmeter_report.models.numbers import format_size

_MOST_SHOWN = 3


def place_of(finding: Finding) -> str:
    """The kernel and the size."""
    if finding.n is None:
        return finding.kernel
    return f"{finding.kernel}, n = {format_size(finding.n)}"


def circumstances(claim: Decided) -> str:
    """What the verdict may come out differently with: "compiler (GNU 12.2.0), processor (…)"."""
    return ", ".join(f"{what} ({found or 'not recorded'})" for what, found in claim.depends_on)


def shown_findings(claim: Decided) -> list[Finding]:
    """Of the findings that decided the first, the one that the verdict names, and the last."""
    deciding = [finding for finding in claim.findings if finding.line is not None]
    if len(deciding) <= _MOST_SHOWN:
        return deciding
    named = [finding for finding in deciding[1:-1] if finding.n == claim.n][:1]
    return [deciding[0], *named, deciding[-1]]


def decisions_of(claim: Claim) -> list[Decided]:
    """What became of it in each language that was measured; of it as a whole if in none."""
    measured = [each for each in claim.languages if each.outcome != "not measured here"]
    return measured or [claim]


def verdict_counts(claims: list[Claim]) -> list[tuple[str, int]]:
    """How many claims have each outcome that occurs."""
    counts = Counter(claim.outcome for claim in claims)
    return [(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]]


def claims_of(kernel: Kernel, claims: list[Claim]) -> list[Claim]:
    """The claims that a kernel has to do with."""
    return [
        claim for claim in claims if kernel.name in claim.kernels or claim.id in kernel.claims
    ]
