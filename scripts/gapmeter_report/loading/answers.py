"""Loads answers.json: where a rewrite pays, as `gapmeter report` told it for each kernel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from gapmeter_report.loading.errors import LoadError
from gapmeter_report.loading.texts import one_line, read_text


@dataclass(frozen=True)
class ToldAnswers:
    """A sentence for each kernel with a gap, and the gap above which a rewrite pays."""

    worthwhile_gap: float
    sentences: tuple[str, ...]


def load_answers(path: Path) -> ToldAnswers:
    """Load answers.json, or raise LoadError."""
    try:
        told = json.loads(read_text(path))
        gap, sentences = float(told["worthwhile_gap"]), told["sentences"]
        if not isinstance(sentences, list) or not all(isinstance(each, str) for each in sentences):
            raise TypeError("sentences must be a list of texts")
        return ToldAnswers(gap, tuple(one_line(sentence) for sentence in sentences))
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError(f"{path}: is not what `gapmeter report DIR` writes ({error})") from None
