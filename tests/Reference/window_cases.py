"""Convolution, its transposes, window operations and pooling."""

from case import case, compact
from operands import exactly, integer, real

NAN = float("nan")


def geometry(rank, stride=1, padding=0, dilation=1, high=None):
    def each(value):
        return list(value) if isinstance(value, (list, tuple)) else [value] * rank

    return {"stride": each(stride), "low": each(padding), "high": each(padding if high is None else high), "dilation": each(dilation)}


def said(settings):
    return " ".join(f"{key} {compact(value)}" for key, value in settings.items())


def convolution(x, weight, groups=1, note="", views=lambda operand: operand, **settings):
    rank = len(x) - 2
    label = " ".join(part for part in (f"{rank}d", note, said(settings), f"groups {groups}" if groups > 1 else "") if part)
    window = geometry(rank, **settings)
    return case("convolution", views(real(*x)), real(*weight), label=label, groups=groups, **window)


def transposed(x, weight, shape, groups=1, **settings):
    window = geometry(len(x) - 2, **settings)
    label = f"{len(x) - 2}d {said(settings)} groups {groups}"
    return case("convolution transposed", real(*x), real(*weight), label=label, shape=list(shape), groups=groups, **window)


def weight_gradient(x, cotangent, shape, groups=1, **settings):
    window = geometry(len(x) - 2, **settings)
    label = f"{len(x) - 2}d {said(settings)} groups {groups}"
    return case(
        "convolution weight gradient", real(*x), real(*cotangent), label=label, shape=list(shape), groups=groups, **window)


def pool(name, x, kernel, note="", **settings):
    attributes = {key: settings.pop(key) for key in ("include", "shape") if key in settings}
    window = geometry(len(kernel), **{"stride": kernel, **settings})
    operands = x if isinstance(x, tuple) else (x,)
    label = " ".join(part for part in (note, f"kernel {compact(kernel)}", said(settings)) if part)
    return case(name, *operands, label=label, kernel=list(kernel), **attributes, **window)


CONVOLUTIONS = [
    convolution([2, 3, 7], [4, 3, 3]),
    convolution([2, 2, 9], [3, 2, 3], stride=2, padding=1),
    convolution([2, 2, 11], [3, 2, 2], stride=4),
    convolution([1, 2, 6], [2, 2, 3], padding=[4], high=[0], dilation=2),
    convolution([2, 4, 8], [6, 2, 3], groups=2, padding=1),
    convolution([1, 2, 5, 4], [3, 2, 3, 2]),
    convolution([2, 2, 5, 6], [4, 2, 3, 3], padding=1),
    convolution([2, 4, 9, 9], [4, 2, 3, 3], groups=2, stride=2, padding=1),
    convolution([1, 2, 9, 8], [3, 2, 3, 3], stride=2, padding=2, dilation=2),
    convolution([1, 2, 8, 9], [2, 2, 2, 2], note="with gaps", stride=3),
    convolution([1, 2, 6, 5], [2, 2, 3, 2], stride=[2, 1], padding=[1, 0], high=[0, 2], dilation=[1, 2]),
    convolution([2, 3, 6, 6], [3, 1, 3, 3], note="depthwise", groups=3, padding=1),
    convolution([2, 3, 6, 6], [6, 1, 3, 3], note="depthwise doubled", groups=3, stride=2, padding=1),
    convolution([2, 3, 4, 5], [4, 3, 1, 1], note="pointwise"),
    convolution([1, 3, 4, 5], [2, 3, 1, 1], note="pointwise", stride=2),
    convolution([1, 2, 4, 6], [3, 2, 2, 2], note="patches", stride=2),
    convolution([1, 1, 1, 1], [1, 1, 1, 1]),
    convolution([0, 2, 4, 4], [3, 2, 3, 3], padding=1),
    convolution([1, 2, 3, 3], [2, 2, 3, 3], note="of one window"),
    convolution([1, 2, 5, 4], [2, 2, 3, 3], note="of a transpose", views=lambda x: x.view("transpose", 2, 3)),
    convolution([1, 2, 5, 9], [2, 2, 3, 3], note="of a slice", views=lambda x: x.view("slice", 3, 0, 5, 2)),
    convolution([4, 1, 10, 10], [8, 1, 5, 5]),
    convolution([1, 17, 6, 6], [9, 17, 3, 3], note="of many channels", padding=1),
    convolution([1, 2, 4, 4, 5], [2, 2, 2, 2, 3]),
    convolution([1, 2, 4, 5, 4], [2, 1, 3, 3, 3], groups=2, stride=2, padding=1),
    convolution([1, 1, 5, 4, 5], [2, 1, 2, 2, 2], dilation=2),
]

TRANSPOSES = [
    transposed([2, 3, 5], [3, 2, 3], [2, 2, 7]),
    transposed([1, 2, 2, 3], [2, 1, 3, 3], [1, 1, 4, 5], stride=2, padding=1),
    transposed([1, 4, 2], [4, 2, 2], [1, 4, 5], groups=2, stride=3),
    transposed([1, 1, 2], [1, 1, 2], [1, 1, 5], stride=2),
    transposed([1, 1, 3], [1, 2, 2], [1, 2, 5], stride=2, padding=2, dilation=3),
    transposed([1, 2, 2, 2, 2], [2, 1, 2, 2, 2], [1, 1, 4, 4, 4], stride=2),
    weight_gradient([2, 2, 4, 5], [2, 3, 2, 3], [3, 2, 3, 3], stride=2, padding=1),
    weight_gradient([2, 2, 6], [2, 4, 2], [4, 1, 3], groups=2, dilation=2),
    weight_gradient([2, 3, 5], [2, 2, 3], [2, 3, 3]),
    weight_gradient([1, 1, 3, 4, 4], [1, 2, 2, 3, 3], [2, 1, 2, 2, 2]),
]

POOLS = [
    pool("max pool", real(2, 2, 6), [2]),
    pool("max pool", real(2, 2, 7), [3], stride=1, padding=1),
    pool("max pool", real(1, 2, 6, 8), [2, 2]),
    pool("max pool", real(1, 2, 7, 7), [3, 3], stride=2, padding=1),
    pool("max pool", real(1, 2, 7, 8), [2, 2], stride=3, note="with gaps"),
    pool("max pool", real(1, 2, 7, 7), [2, 3], stride=[1, 2], dilation=2),
    pool("max pool", real(1, 1, 4, 4, 6), [2, 2, 2]),
    pool("max pool", exactly(*[1, 1, 0, 2, 1, 1, 2, 2, 0, 0, 3, 3, 0, 0, 3, 3], dims=(1, 1, 4, 4)), [2, 2], note="of ties"),
    pool("max pool", exactly(*[1, 1, 0, 2, 1, 1, 2, 2, 0], dims=(1, 1, 3, 3)), [2, 2], stride=1, note="of overlapping ties"),
    pool("max pool", exactly(1, NAN, 0, 2, 3, 4, dims=(1, 1, 6)), [2], note="with NaN"),
    pool("max pool", real(1, 2, 6, 4).view("transpose", 2, 3), [2, 2], note="of a transpose"),
    pool("max pool", real(0, 2, 4, 4), [2, 2]),
    pool("max pool", real(1, 2, 3, 3), [1, 1]),
    pool("max pool", real(1, 1, 20, 18), [17, 16], stride=2, note="of large windows"),
    pool("min pool", real(1, 2, 7, 6), [3, 2], stride=2, padding=1),
    pool("average pool", real(2, 2, 6), [2], include=True),
    pool("average pool", real(2, 2, 7), [3], stride=2, padding=1, include=True),
    pool("average pool", real(2, 2, 7), [3], stride=2, padding=1, include=False),
    pool("average pool", real(1, 2, 6, 8), [2, 2], include=True),
    pool("average pool", real(1, 2, 5, 6), [3, 2], stride=[2, 1], padding=1, include=False),
    pool("average pool", real(1, 2, 8, 7), [2, 2], stride=3, include=True, note="with gaps"),
    pool("average pool", real(1, 1, 4, 4, 5), [2, 2, 2], stride=1, include=True),
    pool("average pool", real(1, 2, 3, 4), [3, 4], include=True, note="of everything"),
]

WINDOWS = [
    pool("window sum", real(1, 2, 4, 6), [2, 2]),
    pool("window sum", real(2, 1, 5, 7), [3, 2], stride=2, padding=1),
    pool("window sum", real(1, 1, 6, 7), [2, 3], stride=1, dilation=2),
    pool("window spread", real(1, 2, 2, 3), [2, 2], shape=[1, 2, 4, 6]),
    pool("window spread", real(1, 1, 3, 3), [3, 2], stride=2, padding=1, shape=[1, 1, 6, 5]),
    pool("window spread", real(1, 1, 2, 3), [2, 2], stride=3, shape=[1, 1, 6, 8], note="with gaps"),
    pool("window argmaximum", real(1, 2, 5, 6), [2, 3], stride=2, padding=1),
    pool("window argmaximum", exactly(*[1, 1, 0, 2, 1, 1, 2, 2, 0], dims=(1, 1, 3, 3)), [2, 2], stride=1, note="of ties"),
    pool("window argminimum", real(1, 2, 5, 6), [3, 3], stride=2, padding=1),
    pool("window gather", (real(1, 2, 4, 6), integer(0, 3, 1, 2, 2, 3, type="uint8")), [2, 2]),
    pool("window gather", (real(1, 1, 5, 5), integer(0, 5, 1, 1, 4, 3, type="uint8")), [2, 3], stride=1),
    pool("window scatter", (real(1, 2, 2, 3), integer(0, 3, 1, 2, 2, 3, type="uint8")), [2, 2], shape=[1, 2, 4, 6]),
    pool("window scatter", (real(1, 1, 4, 3), integer(0, 5, 1, 1, 4, 3, type="uint8")), [2, 3], stride=1, shape=[1, 1, 5, 5]),
]

WINDOW_CASES = [*CONVOLUTIONS, *TRANSPOSES, *POOLS, *WINDOWS]
