"""io_pipeline: messages of n bytes to other processes and back, by several threads at once."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from gapmeter import variant

EXCHANGES = 8


class Peer:
    """A process that echoes messages of a size, each after a wait."""

    def __init__(self, size, wait_ms):
        from gapmeter_programs import DIRECTORY

        self.process = subprocess.Popen(
            [f"{DIRECTORY}/echo", str(size), str(wait_ms * 1_000_000)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.write_fd = self.process.stdin.fileno()
        self.read_fd = self.process.stdout.fileno()

    def echoes(self, message):
        sent = 0
        while sent < len(message):
            sent += os.write(self.write_fd, message[sent:])
        received = os.read(self.read_fd, len(message))
        while len(received) < len(message):
            received += os.read(self.read_fd, len(message) - len(received))
        return received == message


def exchange(peer, message, times):
    return sum(peer.echoes(message) for _ in range(times))


def start(inputs, wait_ms=0):
    """A peer for each thread, the message, and each thread's share of the exchanges."""
    count = inputs.threads
    bounds = [EXCHANGES * i // count for i in range(count + 1)]
    shares = [end - begin for begin, end in zip(bounds, bounds[1:])]
    message = bytes(inputs.message)
    return [Peer(len(message), wait_ms) for _ in shares], message, shares


@variant(prepare=start, job="one thread")
def one_thread(peers, message, shares):
    return sum(exchange(peer, message, share) for peer, share in zip(peers, shares))


def start_with_threads(wait_ms):
    """Prepare: peers that wait so long, and a thread for each."""

    def prepare(inputs):
        peers, message, shares = start(inputs, wait_ms)
        return peers, [message] * len(peers), shares, ThreadPoolExecutor(len(peers)).map

    return prepare


@variant(prepare=start_with_threads(0))
def threads(peers, messages, shares, map_to_threads):
    return sum(map_to_threads(exchange, peers, messages, shares))


@variant(prepare=start_with_threads(1), job="waits 1 ms")
def threads_1ms(peers, messages, shares, map_to_threads):
    return threads(peers, messages, shares, map_to_threads)


@variant(prepare=start_with_threads(10), job="waits 10 ms")
def threads_10ms(peers, messages, shares, map_to_threads):
    return threads(peers, messages, shares, map_to_threads)
