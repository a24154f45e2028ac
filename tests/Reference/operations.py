"""What each recorded operation means in PyTorch: a function of its operands and attributes, by the operation's name."""

import builtins
import math

import torch
import torch.nn.functional as F

OPERATIONS = {}


def operation(function):
    OPERATIONS[function.__name__.strip("_").replace("_", " ")] = function
    return function


def define(**functions):
    """Operations of the operands alone."""
    for name, function in functions.items():
        OPERATIONS[name.strip("_").replace("_", " ")] = lambda *x, function=function: function(*x)


define(
    negate=torch.neg, absolute=torch.abs, sign=torch.sign, exp=torch.exp, log=torch.log, sqrt=torch.sqrt, sin=torch.sin,
    cos=torch.cos, tanh=torch.tanh, erf=torch.erf, floor=torch.floor, ceiling=torch.ceil, round=torch.round,
    reciprocal=torch.reciprocal, rsqrt=torch.rsqrt, square=torch.square, relu=torch.relu, sigmoid=torch.sigmoid, gelu=F.gelu,
    add=torch.add, subtract=torch.sub, multiply=torch.mul, remainder=torch.remainder, power=torch.pow,
    minimum=torch.minimum, maximum=torch.maximum, not_=torch.logical_not, and_=torch.logical_and, or_=torch.logical_or,
    xor=torch.logical_xor, less=torch.lt, less_or_equal=torch.le, greater=torch.gt, greater_or_equal=torch.ge, equal=torch.eq,
    not_equal=torch.ne, select=torch.where, matmul=torch.matmul, mean_squared_error=F.mse_loss, cross_entropy=F.cross_entropy,
    linear=F.linear,
)


@operation
def divide(a, b):
    return torch.div(a, b, rounding_mode=None if a.is_floating_point() else "trunc")


@operation
def add_number(x, number):
    return x + number


@operation
def multiply_number(x, number):
    return x * number


@operation
def divide_number(x, number):
    return number / x


@operation
def power_number(x, number):
    return torch.pow(x, number)


@operation
def cast(x, type):
    return x.to(getattr(torch, type))


@operation
def triple_as(x, type):
    return (x.to(getattr(torch, type)) * 3).to(x.dtype)


@operation
def stop_gradient(x):
    return x * x.detach()


@operation
def iota(x):
    return x * torch.arange(x.shape[-1], dtype=x.dtype)


@operation
def reshape(x, shape):
    return x.reshape(shape)


@operation
def permute(x, axes):
    return x.permute(axes)


@operation
def expand(x, shape):
    return x.expand(shape)


@operation
def slice(x, axis, start, length, step):
    stop = start + (length - 1) * step + 1 if length else start
    return x[(builtins.slice(None),) * axis + (builtins.slice(start, stop, step),)]


@operation
def pad(x, axis, low, high, fill):
    amounts = [0, 0] * (x.dim() - axis - 1) + [low, high]
    return F.pad(x, amounts, value=fill)


@operation
def flip(x, axes):
    return x.flip(axes)


@operation
def sliding_windows(x, axis, size, step, dilation):
    return x.unfold(axis, (size - 1) * dilation + 1, step)[..., ::dilation]


@operation
def transpose(x, first, second):
    return x.transpose(first, second)


@operation
def concat(*x, axis):
    return torch.cat(x, axis)


@operation
def stack(*x, axis):
    return torch.stack(x, axis)


@operation
def gather(x, indices, axis):
    picked = x.index_select(axis, indices.reshape(-1))
    return picked.reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1:])


@operation
def embedding(indices, table):
    return F.embedding(indices, table)


@operation
def scatter_add(updates, indices, axis, length):
    shape = updates.shape[:axis] + (-1,) + updates.shape[axis + indices.dim():]
    zeros = torch.zeros(updates.shape[:axis] + (length,) + updates.shape[axis + indices.dim():], dtype=updates.dtype)
    flat = updates.reshape(shape) if updates.numel() else updates
    return zeros.index_add(axis, indices.reshape(-1), flat)


def reduction(over_axes, over_all):
    return lambda x, axes=None, keep=False: over_all(x) if axes is None else over_axes(x, axes, keep)


OPERATIONS["sum"] = reduction(torch.sum, torch.sum)
OPERATIONS["mean"] = reduction(torch.mean, torch.mean)
OPERATIONS["maximum along"] = reduction(torch.amax, torch.amax)
OPERATIONS["minimum along"] = reduction(torch.amin, torch.amin)


@operation
def product(x, axes=None, keep=False):
    if axes is None:
        return torch.prod(x)
    for axis in sorted(axes, reverse=True):
        x = torch.prod(x, axis, keep)
    return x


@operation
def argmaximum(x, axis, keep=False):
    return torch.max(x, axis, keep).indices


@operation
def argminimum(x, axis, keep=False):
    return torch.min(x, axis, keep).indices


@operation
def softmax(x, axis):
    return F.softmax(x, axis)


@operation
def log_softmax(x, axis):
    return F.log_softmax(x, axis)


@operation
def einsum(a, b, labels):
    return torch.einsum(labels, a, b)


@operation
def layer_norm(x, weight, bias, epsilon):
    return F.layer_norm(x, x.shape[-1:], weight, bias, epsilon)


@operation
def batch_norm(x, weight, bias, epsilon):
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=epsilon)


@operation
def attention(query, key, value):
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    return F.softmax(scores, -1) @ value


def padded(x, window, fill=0.0):
    amounts = [p for pair in reversed(list(zip(window["low"], window["high"]))) for p in pair]
    return F.pad(x, amounts, value=fill) if any(amounts) else x


@operation
def convolution(x, weight, **window):
    convolve = (F.conv1d, F.conv2d, F.conv3d)[x.dim() - 3]
    return convolve(padded(x, window), weight, None, window["stride"], 0, window["dilation"], window["groups"])


@operation
def convolution_transposed(x, weight, shape, **window):
    return convolution_gradients(torch.zeros(shape, dtype=x.dtype), weight, x, window)[0]


@operation
def convolution_weight_gradient(x, cotangent, shape, **window):
    return convolution_gradients(x, torch.zeros(shape, dtype=x.dtype), cotangent, window)[1]


def convolution_gradients(x, weight, cotangent, window):
    x = x if x.requires_grad else x.requires_grad_()
    weight = weight if weight.requires_grad else weight.requires_grad_()
    return torch.autograd.grad(convolution(x, weight, **window), [x, weight], cotangent, create_graph=True)


@operation
def max_pool(x, **window):
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[len(window["kernel"]) - 1]
    x = padded(x, window, -math.inf)
    return pool(x, window["kernel"], window["stride"], 0, window["dilation"])


@operation
def min_pool(x, **window):
    return -max_pool(-x, **window)


@operation
def average_pool(x, include, kernel, stride, low, high, dilation):
    assert low == high and set(dilation) == {1}
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[len(kernel) - 1]
    return pool(x, kernel, stride, low, count_include_pad=include)


@operation
def window_sum(x, **window):
    return windows(x, window).sum(2)


@operation
def window_argmaximum(x, **window):
    return windows(x, window, -math.inf).max(2).indices


@operation
def window_argminimum(x, **window):
    return windows(x, window, math.inf).min(2).indices


@operation
def window_gather(x, offsets, **window):
    return windows(x, window).gather(2, offsets.long().unsqueeze(2)).squeeze(2)


@operation
def window_spread(x, shape, **window):
    positions = math.prod(window["kernel"])
    return from_windows(x.unsqueeze(2).expand(-1, -1, positions, -1, -1), shape, window)


@operation
def window_scatter(x, offsets, shape, **window):
    positions = math.prod(window["kernel"])
    chosen = F.one_hot(offsets.long(), positions).movedim(-1, 2)
    return from_windows(x.unsqueeze(2) * chosen, shape, window)


def windows(x, window, fill=0.0):
    """x[N, C, H, W] as [N, C, position in the window, window rows, window columns]."""
    x = padded(x, window, fill)
    rows, columns = (
        (x.shape[2 + i] - window["dilation"][i] * (window["kernel"][i] - 1) - 1) // window["stride"][i] + 1 for i in (0, 1))
    unfolded = F.unfold(x, window["kernel"], window["dilation"], 0, window["stride"])
    return unfolded.reshape(x.shape[0], x.shape[1], -1, rows, columns)


def from_windows(values, shape, window):
    """The transpose of windows: adds each window's values where they came from."""
    batch, channels, height, width = shape
    (top, left), (bottom, right) = window["low"], window["high"]
    folded = F.fold(
        values.reshape(batch, channels * values.shape[2], -1), (height + top + bottom, width + left + right),
        window["kernel"], window["dilation"], 0, window["stride"])
    return folded[:, :, top:top + height, left:left + width]
