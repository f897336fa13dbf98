"""io_pipeline: messages of n bytes to other processes and back, by several threads at once."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from gapmeter import variant

EXCHANGES = 32


class Peer:
    """A process that echoes what it reads."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
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


def start(inputs):
    """A peer for each thread, the message, and each thread's share of the exchanges."""
    count = inputs.threads
    bounds = [EXCHANGES * i // count for i in range(count + 1)]
    shares = [end - begin for begin, end in zip(bounds, bounds[1:])]
    return [Peer() for _ in shares], bytes(inputs.message), shares


@variant(prepare=start, job="one thread")
def one_thread(peers, message, shares):
    return sum(exchange(peer, message, share) for peer, share in zip(peers, shares))


def start_with_threads(inputs):
    peers, message, shares = start(inputs)
    return peers, [message] * len(peers), shares, ThreadPoolExecutor(len(peers)).map


@variant(prepare=start_with_threads)
def threads(peers, messages, shares, map_to_threads):
    return sum(map_to_threads(exchange, peers, messages, shares))
