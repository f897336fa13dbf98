"""unpackaged: a module that needs a package that nobody has."""

from gapmeter import variant
from a_package_that_nobody_has import double


@variant
def right(x):
    return [double(value) for value in x]
