"""Order: sorts, the greatest and least, medians. PyTorch's order of equal elements is recorded where it promises one."""

import torch

from case import case
from operands import boolean, exactly, integer, real

NAN, INFINITY = float("nan"), float("inf")


def indices(result):
    return result[1]


OPERATIONS = {
    "sort": lambda x, dim=-1, descending=False: torch.sort(x, dim=dim, descending=descending, stable=True)[0],
    "argsort": lambda x, dim=-1, descending=False: torch.sort(x, dim=dim, descending=descending, stable=True)[1],
    "topk": lambda x, k, dim=-1, largest=True: x.topk(k, dim, largest)[0],
    "topk indices": lambda x, k, dim=-1, largest=True: x.topk(k, dim, largest)[1],
    "kthvalue": lambda x, k, dim=-1, keepdim=False: x.kthvalue(k, dim, keepdim)[0],
    "kthvalue indices": lambda x, k, dim=-1, keepdim=False: x.kthvalue(k, dim, keepdim)[1],
    "median": lambda x: x.median(),
    "median along": lambda x, dim, keepdim=False: x.median(dim, keepdim)[0],
    "median indices": lambda x, dim, keepdim=False: x.median(dim, keepdim)[1],
    "searchsorted": lambda s, v, right=False: torch.searchsorted(s, v, right=right),
}

ODD = exactly(3, NAN, -INFINITY, 0, NAN, INFINITY, -0.0, 3, -1)

CASES = [
    *(case(name, real(*dims), dim=dim, descending=d) for name in ("sort", "argsort") for dims, dim in
      (((7,), 0), ((3, 5), -1), ((3, 5), 0), ((2, 33, 2), 1), ((2, 1), 1), ((4, 64), -1), ((0, 3), 1), ((3, 0), 1)) for d in (False, True)),
    *(case(name, real(300)) for name in ("sort", "argsort")),
    *(case("argsort", integer(0, 3, 50), descending=d, label="of ties") for d in (False, True)),
    *(case("argsort", integer(0, 2, 3, 20, type="int32"), descending=d, label="of ties") for d in (False, True)),
    *(case("argsort", boolean(21), descending=d, label="of ties") for d in (False, True)),
    *(case("argsort", integer(0, 200, 40, type="uint8"), descending=d) for d in (False, True)),
    *(case("argsort", exactly(*[1.5] * 19), descending=d, label="of equals") for d in (False, True)),
    *(case("sort", ODD, descending=d, label="of NaN and infinity", differentiable=False) for d in (False, True)),
    *(case("argsort", ODD, descending=d, label="of NaN and infinity") for d in (False, True)),
    case("sort", exactly(NAN, NAN, NAN), differentiable=False, label="of NaN"),
    case("argsort", exactly(NAN, NAN, NAN), label="of NaN"),
    case("sort", real(5, 3).view("transpose", 0, 1), label="of a transpose"),
    case("sort", exactly(2, 1, 2, 1), label="gradient of ties"),
    *(case(name, real(2, 9), k=k, largest=l) for name in ("topk", "topk indices") for k in (0, 1, 3, 9) for l in (True, False)),
    case("topk", real(6, 2), k=2, dim=0),
    case("topk", real(2, 3, 4), k=2, dim=1, largest=False),
    case("topk", real(1), k=1),
    case("topk", exactly(1, NAN, 3, -1), k=2, label="of NaN", differentiable=False),
    case("topk", integer(-99, 99, 12), k=5),
    *(case(name, real(3, 7), k=k) for name in ("kthvalue", "kthvalue indices") for k in (1, 4, 7)),
    case("kthvalue", real(5, 2), k=2, dim=0, keepdim=True),
    case("kthvalue", exactly(1, NAN, 3), k=3, label="of NaN", differentiable=False),
    case("median", real(3, 3)),
    case("median", real(2, 4)),
    case("median", exactly(1, NAN, 3), differentiable=False, label="of NaN"),
    *(case(name, real(3, n), dim=1) for name in ("median along", "median indices") for n in (1, 4, 5)),
    case("median along", real(4, 3), dim=0, keepdim=True),
    case("median along", exactly(1, NAN, 3, 1, 2, 3, dims=(2, 3)), dim=1, label="of NaN", differentiable=False),
    case("median along", integer(-9, 9, 3, 6), dim=1),
    case("searchsorted", exactly(1, 3, 3, 5), exactly(0, 1, 2, 3, 5, 6)),
    case("searchsorted", exactly(1, 3, 3, 5), exactly(0, 1, 2, 3, 5, 6), right=True),
    case("searchsorted", exactly(1, 3, 5, 2, 4, 6, dims=(2, 3)), exactly(3, 3, 0, 9, dims=(2, 2))),
]
