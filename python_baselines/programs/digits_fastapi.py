"""The perceptron behind FastAPI, as people write it: `app` with def, `async_app` with async def.

FastAPI calls the function of `app` in a pool of threads, that of `async_app` in its event loop.
"""

from collections_route import with_collections
from digits_model import probabilities
from fastapi import FastAPI
from pydantic import BaseModel


class Image(BaseModel):
    pixels: list[float]


class Prediction(BaseModel):
    digit: int
    probabilities: list[float]


def predicted(image):
    found = probabilities(image.pixels)
    return Prediction(digit=int(found.argmax()), probabilities=found.tolist())


app = FastAPI()


@app.post("/predict")
def predict(image: Image) -> Prediction:
    return predicted(image)


async_app = FastAPI()


@async_app.post("/predict")
async def predict_in_loop(image: Image) -> Prediction:
    return predicted(image)


app, async_app = with_collections(app), with_collections(async_app)
