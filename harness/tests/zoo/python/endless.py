"""endless: variants that never return."""

import ctypes

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant
def hangs(x):
    """Computes forever."""
    while True:
        pass


@variant
def sleeps(x):
    """Waits forever in C, without letting the interpreter go on."""
    while True:
        ctypes.PyDLL(None).pause()
