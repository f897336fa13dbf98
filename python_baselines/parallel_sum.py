"""parallel_sum: the sum of n doubles by several threads, or processes."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

from gapmeter import as_numpy, variant


def parts_of(x, count):
    """The sequence in so many parts of equal length."""
    bounds = [len(x) * i // count for i in range(count + 1)]
    return [x[begin:end] for begin, end in zip(bounds, bounds[1:])]


@variant(prepare=lambda inputs: inputs.x.tolist(), job="one thread")
def one_thread(x):
    return sum(x)


def list_and_threads(inputs):
    executor = ThreadPoolExecutor(inputs.threads)
    return parts_of(inputs.x.tolist(), inputs.threads), executor.map


@variant(prepare=list_and_threads)
def threads(parts, map_to_threads):
    return sum(map_to_threads(sum, parts))


def array_and_threads(inputs):
    x, count = as_numpy(inputs)
    return parts_of(x, count), ThreadPoolExecutor(count).map


def sum_array(part):
    return part.sum()


@variant(prepare=array_and_threads, requires="numpy")
def numpy_threads(parts, map_to_threads):
    return sum(map_to_threads(sum_array, parts))


PARTS = []  # of a process, which inherits them when it is forked


def sum_part(index):
    return sum(PARTS[index])


def list_and_processes(inputs):
    PARTS[:] = parts_of(inputs.x.tolist(), inputs.threads)
    return multiprocessing.get_context("fork").Pool(inputs.threads).map, range(inputs.threads)


@variant(prepare=list_and_processes, quick=False)
def processes(map_to_processes, indices):
    return sum(map_to_processes(sum_part, indices))
