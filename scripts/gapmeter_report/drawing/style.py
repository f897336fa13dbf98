"""The house style of gapmeter's charts: sizes, colours of paper and ink, settings of Matplotlib.

The colours of lines are those of lanes: loading/lanes.py.
"""

from __future__ import annotations

import re
from typing import Any

from matplotlib import rcParamsDefault

from gapmeter_report.models.looks import Look

# Sizes are in points. At README width (864 px for 648 pt) 8.5 pt shows as 11 px.
WIDTH = 648.0
TITLE_SIZE = 12.5
TEXT_SIZE = 8.5
SMALL_SIZE = 7.5
LINE_HEIGHT = 12.0

INK = "#222222"
MUTED = "#666666"
GRID = "#E4E4E4"
PAPER = "#FFFFFF"
ALERT = "#FBEDE6"

# How a figure is shown and saved is left to whoever does it.
_NOT_OURS = re.compile(
    r"backend|interactive|toolbar|timezone|webagg|keymap|figure\.dpi|(svg|savefig|pdf|ps|pgf)\."
)
# What figures look like, whatever the settings of a user are and whatever they are saved as.
LOOK: dict[str, Any] = {
    key: value for key, value in dict.items(rcParamsDefault) if not _NOT_OURS.match(key)
} | {
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_SIZE,
    # A "$" in a title is a dollar sign, not the start of a formula.
    "text.parse_math": False,
    "text.usetex": False,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.labelcolor": MUTED,
    # Grid lines belong below everything, the line of parity included.
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": TEXT_SIZE,
    "xtick.major.size": 3,
    "ytick.labelcolor": INK,
    "ytick.labelsize": TEXT_SIZE,
    "ytick.major.size": 0,
    "axes.unicode_minus": False,
    "figure.facecolor": PAPER,
}
RC: dict[str, Any] = LOOK | {
    # A README shows an SVG as an image, without any font of ours: text becomes paths.
    "svg.fonttype": "path",
    # Without a salt the ids in an SVG are random and no two runs write the same bytes.
    "svg.hashsalt": "gapmeter",
}


def line_options(look: Look) -> dict[str, Any]:
    """Keyword arguments for a matplotlib line."""
    return {
        "color": look.colour,
        "linestyle": look.linestyle,
        "linewidth": look.width,
        "marker": look.marker,
        "markersize": 4.6,
        "markeredgecolor": look.colour,
        "markeredgewidth": 1.2,
        "markerfacecolor": PAPER if look.hollow else look.colour,
    }
