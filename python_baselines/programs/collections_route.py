"""How often Python's collector has run in a server, told by the server itself on request."""

import gc
import json
import os
import time


class Collections:
    """The runs of the collector from now on: how many by generation, their time, the longest."""

    def __init__(self):
        self.count = [0, 0, 0]
        self.total_ns = self.longest_ns = self.began_ns = 0
        gc.callbacks.append(self.note)

    def note(self, phase, info):
        if phase == "start":
            self.began_ns = time.perf_counter_ns()
            return
        took_ns = time.perf_counter_ns() - self.began_ns
        self.count[info["generation"]] += 1
        self.total_ns += took_ns
        self.longest_ns = max(self.longest_ns, took_ns)

    def as_json(self):
        told = {"count": self.count, "total_ns": self.total_ns, "longest_ns": self.longest_ns}
        return json.dumps(told).encode()


def with_collections(app):
    """The application itself; if GAPMETER_COLLECTIONS is set, one that also answers
    GET /collections with what the collector has done since this call."""
    if "GAPMETER_COLLECTIONS" not in os.environ:
        return app
    collections = Collections()

    async def told_or_app(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/collections":
            return await app(scope, receive, send)
        body = collections.as_json()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return told_or_app
