"""inplace: a kernel that changes one of its inputs. Every call finds it as it was declared."""

from gapmeter import as_lists, as_numpy, variant


@variant(prepare=as_lists, fresh=as_lists)
def right(y, x):
    for i, value in enumerate(x):
        y[i] += value


@variant
def buffers(y, x):
    """Changes the memory that it is given."""
    for i, value in enumerate(x):
        y[i] += value


@variant(prepare=as_numpy, fresh=as_numpy, requires="numpy")
def numpy(y, x):
    y += x


def a_list_with_its_length(inputs):
    return (inputs.y.tolist(),)


@variant(prepare=as_lists, fresh=a_list_with_its_length)
def insists(y, x):
    """Refuses what another call has changed already."""
    if y[0] != len(y):
        raise RuntimeError("somebody was here before")
    right(y, x)


@variant(prepare=as_lists, fresh=as_lists)
def forgets(y, x):
    """Forgets the last element."""
    right(y, x[:-1])


@variant(prepare=as_lists, fresh=as_lists)
def shortens(y, x):
    """Leaves less than it was given."""
    y.pop()


@variant(prepare=as_lists, fresh=as_lists)
def returns(y, x):
    """Returns what it should leave."""
    return [a + b for a, b in zip(y, x)]


@variant(prepare=as_lists, fresh=lambda inputs: (inputs.y, inputs.x))
def makes_too_many(y, x):
    """Is given two objects for one field."""


# The list is made once, whatever `fresh` is for.
def the_same_list(inputs, kept=[]):  # noqa: B006
    if not kept:
        kept.append(inputs.y.tolist())
    return kept[0]


@variant(prepare=as_lists, fresh=the_same_list)
def is_not_fresh(y, x):
    """Is given what another call has changed already."""
    right(y, x)
