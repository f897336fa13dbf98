"""greedy: variants that take more than there is."""

import os
import signal

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant
def hoards(x):
    """Keeps more and more memory."""
    kept = []
    while True:
        kept.append(bytes(1 << 20))


@variant
def shares(x):
    """Starts processes that have less than the limit each, and more together."""
    for _ in range(4):
        if os.fork() == 0:
            kept = b"x" * (200 << 20)
            while kept:
                signal.pause()
    while True:
        signal.pause()


@variant
def forks(x):
    """Starts processes that stay, each in a session of its own, out of its group's reach."""
    for _ in range(3000):
        if os.fork() == 0:
            os.setsid()
            while True:
                signal.pause()
    while True:
        signal.pause()
