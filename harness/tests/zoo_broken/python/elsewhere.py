"""elsewhere: a variant whose function a decorator of another module has made, without a trace."""

from types import ModuleType

from gapmeter import as_lists, variant

helpers = ModuleType("helpers")
exec("def plain(function):\n    return lambda *arguments: function(*arguments)", vars(helpers))


@variant(prepare=as_lists)
def right(x):
    return [2 * value for value in x]


@variant(prepare=as_lists)
@helpers.plain
def fast(x):
    return [value + value for value in x]
