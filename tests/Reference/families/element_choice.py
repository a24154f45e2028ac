"""Primitives whose data chooses elements one by one, on nodes: read by the compiler's tests."""

import torch

from case import case
from operands import exactly, integer, real

NAN = float("nan")
NEUTRAL = {"sum": 0.0, "amax": -float("inf"), "amin": float("inf")}


def gather_elements(x, indices, axis):
    return x.gather(axis, indices.long())


def scatter_elements(updates, indices, axis, length, function):
    shape = updates.shape[:axis] + (length,) + updates.shape[axis + 1:]
    start = torch.full(shape, NEUTRAL[function], dtype=updates.dtype)
    return start.scatter_reduce(axis, indices.long(), updates, function, include_self=False)


def argsort(x, axis, descending=False):
    return torch.sort(x, dim=axis, descending=descending, stable=True)[1]


OPERATIONS = {"gather elements": gather_elements, "scatter elements": scatter_elements, "argsort": argsort}

CASES = [
    case("gather elements", real(3, 5), integer(0, 4, 3, 7), axis=1),
    case("gather elements", real(4, 2, 3), integer(0, 3, 5, 2, 3, type="int32"), axis=0),
    case("gather elements", real(2, 6, 4), integer(0, 5, 2, 3, 4), axis=1),
    case("gather elements", real(1), integer(0, 0, 5), axis=0),
    case("gather elements", real(3, 4), integer(0, 3, 3, 0), axis=1),
    case("gather elements", real(5, 3).view("transpose", 0, 1), integer(0, 4, 3, 33), axis=1, label="of a transpose"),
    case("gather elements", integer(-9, 9, 6, type="int32"), integer(0, 5, 9), axis=0),
    *(case("scatter elements", real(3, 6), integer(0, 3, 3, 6), axis=1, length=4, function=f) for f in NEUTRAL),
    *(case("scatter elements", real(7, 2, 3), integer(0, 4, 7, 2, 3, type="int32"), axis=0, length=5, function=f) for f in NEUTRAL),
    *(case("scatter elements", real(2, 0), integer(0, 2, 2, 0), axis=1, length=3, function=f) for f in NEUTRAL),
    *(case("scatter elements", exactly(1, 2, 2, NAN, 5), exactly(0, 0, 0, 1, 2, type="int64"), axis=0, length=3, function=f,
           label="of NaN", differentiable=False) for f in NEUTRAL),
    *(case("scatter elements", exactly(1, 2, 2, -1, -1), exactly(0, 0, 0, 1, 1, type="int64"), axis=0, length=2, function=f,
           label="of ties") for f in NEUTRAL),
    *(case("argsort", real(3, 20), axis=1, descending=d) for d in (False, True)),
    *(case("argsort", real(9, 2, 2), axis=0, descending=d) for d in (False, True)),
    *(case("argsort", exactly(1, NAN, -1, 1, NAN, 0), axis=0, descending=d, label="of NaN and ties") for d in (False, True)),
]
