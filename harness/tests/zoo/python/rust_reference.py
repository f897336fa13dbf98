"""rust_reference: verified against Rust, in the process of the interpreter."""

from gapmeter import as_lists, variant


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
def value(x):
    """One element is off by a little."""
    return [2 * x[0] + 0.5, *(2 * value for value in x[1:])]
