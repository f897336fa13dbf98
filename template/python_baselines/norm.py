"""norm: the Euclidean norm of n float64 numbers."""
from math import sqrt

from gapmeter import as_lists, as_numpy, variant


# `prepare` makes the arguments from the inputs, untimed: here a list of Python floats.
@variant(prepare=as_lists)
def generator(x):
    return sqrt(sum(value * value for value in x))


# A NumPy array over the same bytes. Without the package the variant is skipped.
@variant(prepare=as_numpy, requires="numpy")
def numpy(x):
    return sqrt(x.dot(x))
