"""untidy: variants that are right but leave something behind.

Children and threads are left by `prepare`, which runs once in a worker: a timed call would leave
thousands.
"""

import gc
import os
import subprocess
import sys
import threading

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def prints(x):
    """Prints to both of its streams."""
    print("printed to stdout by untidy")
    print("printed to stderr by untidy", file=sys.stderr)
    return right(x)


@variant(prepare=as_lists)
def closes_stdout(x):
    """Closes what it did not open."""
    sys.stdout.close()
    return right(x)


def after(leave):
    """A prepare that leaves something behind first."""

    def prepare(inputs):
        leave()
        return as_lists(inputs)

    return prepare


@variant(prepare=after(lambda: subprocess.Popen(["sleep", "86321"])))
def leaves_child(x):
    """Leaves a process of its own group running."""
    return right(x)


@variant(prepare=after(lambda: subprocess.Popen(["sleep", "86322"], start_new_session=True)))
def leaves_daemon(x):
    """Leaves a process that got away from its group and holds the output pipe open."""
    return right(x)


@variant(prepare=as_lists)
def clears_callbacks(x):
    """Empties a list of the interpreter's that others have put functions into."""
    gc.callbacks.clear()
    return right(x)


@variant(prepare=after(lambda: os.chdir("/")))
def changes_directory(x):
    """Goes elsewhere; where results are written to must not depend on it."""
    return right(x)


@variant(prepare=after(lambda: threading.Thread(target=threading.Event().wait).start()))
def leaves_thread(x):
    """Leaves a thread waiting, without which the interpreter would not end."""
    return right(x)
