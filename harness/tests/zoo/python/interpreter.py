"""interpreter: variants that tell where they run."""

import json
import os
import sys
import tempfile

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


def tell(inputs):
    """Prints what the tests want to know of the interpreter, as one line of JSON."""
    facts = {
        "executable": sys.executable,
        "program": os.readlink("/proc/self/exe"),
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "ignore_environment": sys.flags.ignore_environment,
        "version": sys.version.split()[0],
        "path": sys.path,
    }
    print(json.dumps(facts))
    print("größer")
    with tempfile.TemporaryDirectory() as directory:
        with open(f"{directory}/größe.txt", "w") as file:
            file.write("ß")
        with open(f"{directory}/größe.txt") as file:
            print(f"read {file.read()}")
    return as_lists(inputs)


@variant(prepare=tell)
def report(x):
    """Its worker prints the facts before the calls."""
    return right(x)


@variant(prepare=as_lists, requires="gapmeter_marker")
def marked(x):
    """Runs only where the tests put a module of this name."""
    return right(x)
