"""empty: what a call costs when nothing is computed."""

from gapmeter import variant


@variant
def nothing():
    pass
