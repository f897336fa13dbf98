"""memory_probe: variants whose memory is known: inputs, scratch space, what is kept."""

import os
import time

from gapmeter import as_lists, variant

KEPT = {}


@variant(prepare=as_lists)
def floats(x):
    """A list of float objects: 8 bytes for the pointer and 24 for the object."""
    return x[0]


@variant
def scratch(x):
    """8 bytes per element during the call, freed at its end."""
    wide = b"x" * (8 * len(x))
    return x[0] if wide else 0.0


@variant
def retains(x):
    """8 bytes per element that stay after the call."""
    KEPT["bytes"] = b"x" * (8 * len(x))
    return x[0]


@variant
def forks(x):
    """300 MiB in a child of the call, which keeps them for a while; nothing of its own."""
    child = os.fork()
    if child == 0:
        kept = b"x" * (300 << 20)
        time.sleep(0.1)
        os._exit(0 if kept else 1)
    os.waitpid(child, 0)
    return x[0]
