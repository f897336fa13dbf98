"""A Python worker on a stock interpreter: loads the extension module and lets it answer.

    PYTHON -I -B stock_worker.py ENGINES_DIR

ENGINES_DIR holds the module gapmeter_worker, one file for each version of CPython it was built for.
"""

import sys


def main() -> None:
    """Answer one request; never returns when the module is there."""
    directory = sys.argv[1]
    sys.path.insert(0, directory)
    try:
        import gapmeter_worker
    except ImportError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            f"gapmeter_worker is not built for {sys.executable} (CPython {version}): {error}; "
            f"configure with -DGAPMETER_PYTHONS={sys.executable} and build"
        )
    sys.path.remove(directory)
    gapmeter_worker.serve()


if __name__ == "__main__":
    main()
