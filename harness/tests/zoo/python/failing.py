"""failing: variants that end without a result."""

import ctypes
import os
import sys

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant
def raises(x):
    """Raises, with everything in its message that would upset a CSV file or a terminal."""
    raise ValueError('gave up, "finally",\nafter \x1b[2J two lines')


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("has no text")


@variant
def raises_unprintable(x):
    """Raises an exception whose message can't be made."""
    raise Unprintable


@variant
def interrupts(x):
    """Raises what is no Exception but a BaseException."""
    raise KeyboardInterrupt


@variant
def sys_exit(x):
    """Asks the interpreter to end, as if all were well."""
    sys.exit(0)


@variant
def os_exit(x):
    """Ends the process, as if all were well."""
    os._exit(0)


@variant
def segfaults(x):
    """Reads through a null pointer."""
    ctypes.string_at(0)


@variant
def memory_error(x):
    """Asks for more memory than an address space holds."""
    return bytearray(1 << 62)


@variant
def forges(x):
    """Writes into the worker's private pipe."""
    os.write(4, b"nonsense")
    return [2 * value for value in x]


@variant
def closes_pipes(x):
    """Takes away the pipes that the worker needs, and its output too."""
    os.closerange(0, 10)
    return [2 * value for value in x]


@variant
def gushes(x):
    """Prints a gigabyte and ends as a failed assertion does."""
    for _ in range(1024):
        print("." * (1 << 20))
    print("that was all", flush=True)
    os.abort()


@variant(prepare=lambda inputs: 1 / 0)
def prepare_raises(x):
    """Never comes to be called."""
    return right(x)


@variant(requires="no_such_package_xyz")
def missing_package(x):
    """Needs what nobody has."""
    return right(x)


@variant(prepare=as_lists, max_size=100)
def small_only(x):
    """Declares that it is not meant for more than 100 elements."""
    return right(x)
