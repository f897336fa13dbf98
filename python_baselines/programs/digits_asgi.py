"""The perceptron as the barest ASGI application: no framework, no model of the body, one path."""

import json

from collections_route import with_collections
from digits_model import probabilities


async def answer(send, status, body):
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def predict(scope, receive, send):
    if scope["type"] != "http":  # uvicorn then does without "lifespan"
        raise NotImplementedError(scope["type"])
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if (scope["method"], scope["path"]) != ("POST", "/predict"):
        return await answer(send, 404, b"{}")
    found = probabilities(json.loads(body)["pixels"])
    reply = {"digit": int(found.argmax()), "probabilities": found.tolist()}
    await answer(send, 200, json.dumps(reply).encode())


app = with_collections(predict)
