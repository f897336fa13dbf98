"""object_size: the memory of a number, in a list, in arrays and as an object of its own."""

import sys
from array import array as typed_array

from gapmeter import Skip, as_numpy, variant


def bytes_of(value):
    try:
        return sys.getsizeof(value)
    except TypeError:  # PyPy
        raise Skip("this interpreter does not tell the size of an object (sys.getsizeof)") from None


def slot_bytes():
    """What a list takes for each element, the element itself not counted."""
    return bytes_of([None] * 1000) / 1000 - bytes_of([]) / 1000


def report_objects(inputs, number):
    inputs.report("object_bytes", bytes_of(number))
    inputs.report("element_bytes", bytes_of(number) + slot_bytes())
    return inputs.x


def report_floats(inputs):
    return report_objects(inputs, inputs.x[0])


def report_ints(inputs):
    return report_objects(inputs, int(inputs.x[0]))


@variant(prepare=report_floats)
def floats(x):
    values = x.tolist()
    return values[-1]


@variant(prepare=report_ints, job="int")
def ints(x):
    values = [int(value) for value in x]
    return values[-1]


def report_items(inputs):
    inputs.report("element_bytes", inputs.x.itemsize)
    return inputs.x


@variant(prepare=report_items)
def array(x):
    values = typed_array("d", x)
    return values[-1]


def numpy_array(inputs):
    (x,) = as_numpy(inputs)
    inputs.report("element_bytes", x.itemsize)
    return x


@variant(prepare=numpy_array, requires="numpy")
def numpy(x):
    values = x.copy()
    return values[-1]
