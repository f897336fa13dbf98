"""Makes comparisons for tests, as `gapmeter ab --format json` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CELL = {
    "kernel": "sum", "variant": "native/simd", "n": 1024, "threads": 1, "failed": False,
    "reason": "", "rounds": 20, "base": 10.0, "new": 11.0,
    "ratio": {"ratio": 1.1, "low": 1.08, "high": 1.12}, "verdict": "slower",
}
FAILED = {"failed": True, "reason": "signal 11", "ratio": None, "verdict": None}


def comparison(path: Path, *cells: dict[str, Any], **values: Any) -> Path:
    """A comparison's JSON, as `gapmeter ab --format json` writes it."""
    path.write_text(json.dumps({
        "quantity": "latency", "threshold": 0.02, "confidence": 0.99,
        "cells": [CELL | cell for cell in cells], "overall": None, "verdict": "slower",
        "exit_status": 1,
    } | values), encoding="utf-8")
    return path
