"""Convolutions and transposed convolutions of one to three axes, as layers with bias and weight."""

import torch

from case import compact
from layers import layer, layer_case
from operands import real


def build(transposed):
    def convolution(rank, in_channels, out_channels, **settings):
        name = f"Conv{'Transpose' if transposed else ''}{rank}d"
        return getattr(torch.nn, name)(in_channels, out_channels, **settings)

    return convolution


BUILD = {"convolution": build(transposed=False), "transposed convolution": build(transposed=True)}

OPERATIONS = {name: layer(function) for name, function in BUILD.items()}


def each(value, rank):
    return value if isinstance(value, str) else list(value) if isinstance(value, (list, tuple)) else [value] * rank


def convolution(x, out_channels, kernel, name="convolution", note="", groups=1, bias=True, **settings):
    rank = len(x) - 2
    spread = {key: value if key == "padding_mode" else each(value, rank) for key, value in settings.items()}
    said = [f"{key} {compact(value)}" for key, value in (settings | {"groups": groups}).items() if key in ("stride", "dilation", "groups")]
    return layer_case(
        name, BUILD[name], real(*x), label=" ".join(part for part in (note, *said) if part), rank=rank, in_channels=x[1],
        out_channels=out_channels, kernel_size=each(kernel, rank), groups=groups, bias=bias, **spread)


def transpose(x, out_channels, kernel, **settings):
    return convolution(x, out_channels, kernel, name="transposed convolution", **settings)


CONVOLUTIONS = [
    convolution([2, 3, 8], 4, 3),
    convolution([2, 3, 8], 4, 3, bias=False, stride=2, padding=1),
    convolution([1, 2, 9], 3, 2, stride=4, note="with gaps"),
    convolution([2, 4, 8], 6, 3, groups=2, dilation=2, padding=2),
    convolution([1, 2, 5], 2, 5, note="of one window"),
    convolution([1, 1, 1], 1, 1, note="of size 1"),
    convolution([1, 2, 7], 2, 4, padding="same"),
    convolution([1, 2, 7], 2, 3, padding="same", dilation=2),
    convolution([1, 2, 7], 2, 3, padding="valid"),
    convolution([2, 3, 6, 5], 4, 3, padding=1),
    convolution([2, 3, 6, 5], 4, [3, 2], stride=[2, 1], padding=[1, 0], dilation=[1, 2]),
    convolution([2, 4, 5, 5], 4, 3, groups=4, padding=1, note="depthwise"),
    convolution([1, 3, 5, 5], 6, 3, groups=3, stride=2, note="depthwise doubled"),
    convolution([2, 3, 4, 4], 5, 1, note="pointwise"),
    convolution([1, 2, 6, 6], 3, 2, stride=3, note="with gaps"),
    convolution([1, 2, 5, 6], 2, [4, 2], padding="same"),
    convolution([0, 2, 4, 4], 3, 3, note="of nothing"),
    convolution([1, 2, 1, 1], 3, 3, padding=1, note="of one pixel"),
    convolution([2, 2, 6], 3, 3, padding=2, padding_mode="reflect"),
    convolution([1, 2, 5, 4], 3, 3, padding=[2, 1], padding_mode="reflect", stride=2),
    convolution([1, 2, 5, 4], 3, 4, padding="same", padding_mode="replicate"),
    convolution([1, 2, 4, 3], 3, 3, padding=[4, 3], padding_mode="circular"),
    convolution([1, 1, 3, 4, 3], 2, 3, padding=1, padding_mode="circular"),
    convolution([1, 1, 3, 2, 3], 2, 3, padding=[3, 1, 4], padding_mode="replicate"),
    convolution([1, 2, 4, 5, 4], 3, 2),
    convolution([2, 2, 4, 4, 5], 4, [3, 2, 3], stride=[1, 2, 2], padding=[1, 0, 1], groups=2),
    convolution([1, 1, 5, 5, 5], 2, 2, dilation=2, padding="same"),
]

TRANSPOSED = [
    transpose([2, 3, 5], 4, 3),
    transpose([2, 3, 5], 4, 3, stride=2, padding=1, output_padding=1),
    transpose([1, 4, 4], 6, 2, stride=3, groups=2, note="with gaps"),
    transpose([1, 2, 4], 2, 3, stride=2, dilation=3, output_padding=2),
    transpose([1, 2, 4], 2, 2, stride=1, dilation=3, output_padding=2, note="padded beyond its stride"),
    transpose([1, 1, 1], 1, 1, note="of size 1"),
    transpose([2, 3, 4, 3], 2, 3, stride=2, padding=1, output_padding=1),
    transpose([1, 2, 3, 4], 3, [2, 3], stride=[1, 2], padding=[0, 1], bias=False),
    transpose([1, 4, 3, 3], 4, 3, groups=4, stride=2, note="depthwise"),
    transpose([2, 3, 4, 4], 2, 2, stride=2, note="patches"),
    transpose([1, 2, 2, 2], 2, 4, stride=2, padding=1),
    transpose([1, 2, 1, 1], 3, 7, note="of one pixel"),
    transpose([0, 2, 3, 3], 3, 2, stride=2, note="of nothing"),
    transpose([1, 2, 2, 3, 2], 2, 2, stride=2),
    transpose([1, 2, 2, 2, 3], 4, [3, 2, 2], stride=[1, 2, 1], padding=[1, 0, 0], output_padding=[0, 1, 0], groups=2),
]

CASES = [*CONVOLUTIONS, *TRANSPOSED]
