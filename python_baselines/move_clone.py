"""move_clone: n records of eight doubles are handed to a function."""

import copy

from gapmeter import as_lists, as_numpy, variant


def last_of(records):
    return records[-1][-1]


@variant(prepare=as_lists, job="borrow")
def reference(records):
    return last_of(records)


@variant(prepare=as_lists, job="shallow")
def shallow(records):
    return last_of(copy.copy(records))


@variant(prepare=as_lists)
def comprehension(records):
    return last_of([record[:] for record in records])


@variant(prepare=as_lists, max_size=4096)
def deepcopy(records):
    return last_of(copy.deepcopy(records))


@variant(prepare=as_numpy, requires="numpy", job="flat")
def numpy(records):
    return last_of(records.copy())
