"""importing: misbehaves while it is imported, when GAPMETER_ZOO_IMPORT says how."""

import ctypes
import os
import sys

from gapmeter import as_lists, variant


def misbehave(how):
    if how == "hangs":
        while True:
            pass
    if how == "exits":
        os._exit(0)
    if how == "segfaults":
        ctypes.string_at(0)
    if how == "sys_exit":
        sys.exit(0)
    if how == "prints":
        print("printed by importing.py")


misbehave(os.environ.get("GAPMETER_ZOO_IMPORT"))


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]
