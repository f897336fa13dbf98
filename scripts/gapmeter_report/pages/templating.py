"""Where the templates of pages lie."""

from __future__ import annotations

from pathlib import Path

import jinja2

LOADER = jinja2.FileSystemLoader(Path(__file__).resolve().parents[1] / "templates")
