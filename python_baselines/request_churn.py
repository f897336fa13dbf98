"""request_churn: makes and drops one request's objects, beside a heap of n that stay.

Nodes know their parents, as nodes of documents, widgets and syntax trees do, so that only the
collector can free them; `acyclic` leaves the parents out, and counting references is enough.
"""

import gc

from gapmeter import Skip, variant

FAN_OUT = 4


class Node:
    def __init__(self, value, parent):
        self.value = value
        self.parent = parent
        self.children = []


def total_of(node):
    total = node.value
    for child in node.children:
        total += total_of(child)
    return total


def handle(request, parents_known):
    nodes = []
    for i, value in enumerate(request):
        parent = nodes[(i - 1) // FAN_OUT] if i else None
        node = Node(value, parent if parents_known else None)
        if parent:
            parent.children.append(node)
        nodes.append(node)
    return total_of(nodes[0])


def start(inputs):
    heap = [{"id": i, "value": value} for i, value in enumerate(inputs.heap.tolist())]
    gc.collect()
    return inputs.request.tolist(), heap  # that nobody reads, and that lives for as long


@variant(prepare=start)
def collected(request, heap):
    return handle(request, parents_known=True)


def start_frozen(inputs):
    if not hasattr(gc, "freeze"):
        raise Skip("this interpreter's collector can't be told to leave objects alone (gc.freeze)")
    prepared = start(inputs)
    gc.freeze()
    return prepared


@variant(prepare=start_frozen)
def frozen(request, heap):
    return handle(request, parents_known=True)


def start_without_collector(inputs):
    prepared = start(inputs)
    gc.disable()
    return prepared


@variant(prepare=start_without_collector)
def disabled(request, heap):
    return handle(request, parents_known=True)


@variant(prepare=start, job="acyclic")
def acyclic(request, heap):
    return handle(request, parents_known=False)
