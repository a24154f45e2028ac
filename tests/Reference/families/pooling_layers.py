"""Pools of one to three axes."""

import torch
import torch.nn.functional as F

from case import case, compact
from layers import layer, layer_case
from operands import exactly, positive, real

NAN = float("nan")


def build(kind):
    def pool(rank, **settings):
        plain = {key: value[0] if isinstance(value, list) and rank == 1 else value for key, value in settings.items()}
        return getattr(torch.nn, f"{kind}{rank}d")(**plain)

    return pool


BUILD = {
    "max pool": build("MaxPool"),
    "average pool": build("AvgPool"),
    "power pool": build("LPPool"),
    "adaptive average pool": build("AdaptiveAvgPool"),
    "adaptive max pool": build("AdaptiveMaxPool"),
}


def max_pool_indices(x, **settings):
    return F.max_pool2d(x, return_indices=True, **settings)[1]


OPERATIONS = {name: layer(function) for name, function in BUILD.items()} | {"max pool indices": max_pool_indices}


def each(value, rank):
    return list(value) if isinstance(value, (list, tuple)) else [value] * rank


def pool(name, x, kernel_size, note="", **settings):
    rank = len(x.dims) - 2
    spread = {key: value if isinstance(value, bool) or key == "divisor_override" else each(value, rank) for key, value in settings.items()}
    said = [f"{key} {compact(value)}" for key, value in settings.items() if key in ("stride", "dilation")]
    return layer_case(
        name, BUILD[name], x, label=" ".join(part for part in (note, *said) if part), rank=rank, kernel_size=each(kernel_size, rank), **spread)


def adaptive(name, x, output_size):
    rank = len(x) - 2
    return layer_case(name, BUILD[name], real(*x), rank=rank, output_size=each(output_size, rank))


def power(x, norm_type, kernel_size, **settings):
    rank = len(x) - 2
    return layer_case(
        "power pool", BUILD["power pool"], positive(*x), label=compact(settings), rank=rank, norm_type=norm_type,
        kernel_size=each(kernel_size, rank), **{k: v if isinstance(v, bool) else each(v, rank) for k, v in settings.items()})


def indices(x, **settings):
    return case("max pool indices", x, label=compact(settings), differentiable=False, **settings)


MAXIMA = [
    pool("max pool", real(2, 3, 8), 2),
    pool("max pool", real(2, 2, 8), 3, ceil_mode=True),
    pool("max pool", real(2, 2, 7), 3, stride=1, padding=1),
    pool("max pool", real(2, 2, 9), 2, dilation=3, stride=2),
    pool("max pool", real(1, 2, 7, 7), 3, stride=2, padding=1),
    pool("max pool", real(1, 2, 6, 6), 3, stride=2, padding=1, ceil_mode=True),
    pool("max pool", real(1, 2, 5, 7), [2, 3], stride=[3, 2], ceil_mode=True, note="with gaps"),
    pool("max pool", real(1, 2, 5, 5), 2, stride=2, padding=1, ceil_mode=True, note="of a last window in the padding"),
    pool("max pool", exactly(*[1, 1, 0, 2, 1, 1, 2, 2, 0], dims=(1, 1, 3, 3)), 2, stride=1, note="of ties"),
    pool("max pool", exactly(1, NAN, 0, 2, 3, 4, dims=(1, 1, 6)), 2, note="with NaN"),
    pool("max pool", real(1, 1, 1, 1), 1, note="of size 1"),
    pool("max pool", real(0, 2, 4, 4), 2, note="of nothing"),
    pool("max pool", real(1, 2, 4, 5, 4), 2),
    pool("max pool", real(1, 1, 5, 4, 5), [2, 2, 3], stride=2, padding=[1, 0, 1], ceil_mode=True),
    indices(real(2, 2, 6, 5), kernel_size=[2, 2]),
    indices(real(1, 2, 7, 6), kernel_size=[3, 2], stride=[2, 2], padding=[1, 1], ceil_mode=True),
    indices(real(1, 1, 7, 7), kernel_size=[2, 2], dilation=[3, 3], stride=[1, 1]),
]

AVERAGES = [
    pool("average pool", real(2, 3, 8), 2),
    pool("average pool", real(2, 2, 8), 3, ceil_mode=True),
    pool("average pool", real(2, 2, 8), 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    pool("average pool", real(1, 2, 7, 7), 3, stride=2, padding=1),
    pool("average pool", real(1, 2, 6, 6), 3, stride=2, padding=1, ceil_mode=True),
    pool("average pool", real(1, 2, 6, 5), [3, 2], stride=2, padding=1, count_include_pad=False),
    pool("average pool", real(1, 2, 6, 6), 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    pool("average pool", real(1, 2, 6, 6), 3, stride=2, padding=1, ceil_mode=True, divisor_override=5),
    pool("average pool", real(1, 2, 8, 7), 2, stride=3, note="with gaps"),
    pool("average pool", real(1, 1, 1, 1), 1, note="of size 1"),
    pool("average pool", real(0, 2, 4, 4), 2, note="of nothing"),
    pool("average pool", real(1, 2, 4, 5, 4), 2),
    pool("average pool", real(1, 1, 5, 4, 5), [2, 2, 3], stride=2, padding=[1, 0, 1], ceil_mode=True, count_include_pad=False),
    power([2, 2, 8], 2, 2),
    power([1, 2, 8], 3, 3, stride=2, ceil_mode=True),
    power([1, 2, 6, 5], 2, 2, ceil_mode=True),
]

ADAPTIVE = [
    adaptive(name, x, output_size)
    for name in ("adaptive average pool", "adaptive max pool")
    for x, output_size in (
        ([2, 2, 8], 4), ([1, 2, 7], 3), ([1, 2, 3], 5), ([2, 3, 6, 5], 1), ([1, 2, 7, 5], [3, 2]), ([1, 2, 6, 6], [3, 6]),
        ([1, 1, 1, 1], 2), ([1, 2, 4, 5, 3], [2, 3, 3]), ([2, 2, 3, 4, 5], 1))
]

CASES = [*MAXIMA, *AVERAGES, *ADAPTIVE]
