"""Starts the package: `python -m gapmeter_report`, or by its path, as the program does.

    /usr/bin/python3 scripts/gapmeter_report plot DIR [--out DIR] [--format svg,png]
    /usr/bin/python3 scripts/gapmeter_report report DIR --claims FILE [--out PAGE.html] [--charts]
    /usr/bin/python3 scripts/gapmeter_report changes FILE.json --out CHANGES.svg
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Nothing here is algebra, and the threads that OpenBLAS starts with NumPy would wait busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if not __package__:
    # Then the first place that modules are searched in is this directory: it has to be the one
    # above, and never the one that the user is in.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

try:
    from gapmeter_report.commands import main
except ImportError as error:
    print(
        f"gapmeter: {error}; apt install python3-pandas python3-matplotlib python3-jinja2, and "
        "run this with /usr/bin/python3",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
