"""Elements that integer tensors choose."""

import torch
import torch.nn.functional as F

from case import case
from operands import boolean, exactly, integer, real

NAN = float("nan")


def whole(*values, dims=None):
    return exactly(*values, dims=dims, type="int64")


OPERATIONS = {
    "gather": lambda x, index, dim: x.gather(dim, index),
    "index select": lambda x, index, dim: x.index_select(dim, index),
    "scatter": lambda x, index, source, dim: x.scatter(dim, index, source),
    "scatter value": lambda x, index, dim, value: x.scatter(dim, index, value),
    "scatter add": lambda x, index, source, dim: x.scatter_add(dim, index, source),
    "scatter reduce": lambda x, index, source, dim, reduce, include_self: x.scatter_reduce(
        dim, index, source, reduce, include_self=include_self),
    "index add": lambda x, index, source, dim, alpha=1: x.index_add(dim, index, source, alpha=alpha),
    "masked fill": lambda x, mask, value: x.masked_fill(mask, value),
    "where": torch.where,
    "one hot": lambda x, num_classes: F.one_hot(x, num_classes),
}

REDUCTIONS = [(reduce, own) for reduce in ("sum", "mean", "amax", "amin") for own in (True, False)]

CASES = [
    case("gather", real(3, 5), integer(0, 4, 3, 2), dim=1),
    case("gather", real(3, 5), integer(0, 2, 7, 4), dim=0, label="with a smaller index"),
    case("gather", real(2, 3, 4), integer(0, 3, 2, 3, 9), dim=-1),
    case("gather", real(1), whole(0, 0, 0), dim=0, label="of one"),
    case("gather", real(3, 4), integer(0, 2, 0, 4), dim=0, label="of none"),
    case("gather", boolean(3, 4), integer(0, 3, 3, 4), dim=1),
    case("index select", real(4, 3), whole(3, 0, 3), dim=0),
    case("index select", real(2, 4, 3), whole(2, 2), dim=-1),
    case("index select", real(4, 3), integer(0, 3, 0), dim=0),
    case("scatter", real(3, 5), whole(4, 0, 1, 2, 1, 3, 0, 4, 2, dims=(3, 3)), real(3, 3), dim=1),
    case("scatter", real(4, 3), whole(2, 0, 3, 1, dims=(2, 2)), real(2, 2), dim=0, label="with a smaller index"),
    case("scatter", real(4, 3), whole(2, 0, dims=(2, 1)), real(3, 2), dim=0, label="with a larger source", differentiable=False),
    case("scatter", real(2, 3), integer(0, 1, 0, 3), real(0, 3), dim=0, label="of nothing"),
    case("scatter", boolean(2, 3), whole(0, 2, dims=(2, 1)), boolean(2, 3), dim=1),
    case("scatter value", real(3, 5), whole(4, 0, 1, dims=(3, 1)), dim=1, value=1.5),
    case("scatter value", real(3, 4), whole(1, 1, 1, 1, dims=(1, 4)), dim=0, value=-2.0, label="with repeats"),
    case("scatter value", integer(-9, 9, 5), whole(1, 3, 1), dim=0, value=7),
    case("scatter add", real(3, 5), integer(0, 4, 3, 6), real(3, 6), dim=1),
    case("scatter add", real(5, 3), integer(0, 4, 4, 2), real(4, 2), dim=0, label="with a smaller index"),
    case("scatter add", real(1, 1), whole(0, 0, 0, dims=(1, 3)), real(1, 3), dim=-1, label="to one"),
    case("scatter add", integer(-9, 9, 5), integer(0, 4, 9), integer(-9, 9, 9), dim=0),
    *(case("scatter reduce", real(4, 3), integer(0, 3, 6, 3), real(6, 3), dim=0, reduce=r, include_self=s) for r, s in REDUCTIONS),
    *(case("scatter reduce", real(3, 6), integer(0, 5, 2, 4), real(2, 4), dim=1, reduce=r, include_self=s,
           label="with a smaller index") for r, s in REDUCTIONS),
    # PyTorch lets an excluded element that equals the extreme take a share of the gradient all the same: 9 equals none.
    *(case("scatter reduce", exactly(2 if s else 9, 5, 1), whole(0, 0, 0, 1, 1), exactly(2, 2, 1, 4, 4), dim=0, reduce=r, include_self=s,
           label="of ties") for r, s in REDUCTIONS if r.startswith("a")),
    *(case("scatter reduce", exactly(2, 5, NAN), whole(0, 0, 1, 2), exactly(NAN, 2, 1, 4), dim=0, reduce=r, include_self=s,
           label="of NaN", differentiable=False) for r, s in REDUCTIONS if r.startswith("a")),
    case("index add", real(4, 3), whole(3, 0, 3), real(3, 3), dim=0),
    case("index add", real(2, 4, 3), whole(1, 1, 0, 2, 2), real(2, 5, 3), dim=1, alpha=-0.5),
    case("index add", real(4, 3), integer(0, 3, 0), real(0, 3), dim=0),
    case("masked fill", real(3, 4), boolean(3, 4), value=-1e9),
    case("masked fill", real(2, 3, 4), boolean(3, 1), value=0.5),
    case("masked fill", real(2, 3), boolean(2, 3), value=float(-2 ** 120), label="with a large value"),
    case("masked fill", integer(-9, 9, 6), boolean(6), value=3),
    case("where", boolean(3, 4), real(3, 4), real(3, 4)),
    case("where", boolean(4), real(3, 1), real(), label="broadcast"),
    case("where", exactly(1, 0, 1, type="bool"), exactly(1, NAN, 3), exactly(NAN, 5, NAN), label="hiding NaN"),
    case("one hot", integer(0, 4, 3, 2), num_classes=5),
    case("one hot", whole(1, dims=()), num_classes=3),
    case("one hot", integer(0, 1, 0, 2), num_classes=2),
]
