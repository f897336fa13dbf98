# flake8: noqa
"""unparsable: a module with a syntax error."""

from gapmeter import variant


@variant
def right(x)
    return [2 * value for value in x]
