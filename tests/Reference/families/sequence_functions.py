"""Connectionist temporal classification and the selective scan."""

import torch
import torch.nn.functional as F

from case import case
from layers import flat
from operands import between, exactly, integer, positive, real


def ctc(x, targets, input_lengths, target_lengths, **attributes):
    # PyTorch's gradient of the loss is right only for what comes out of log_softmax.
    return F.ctc_loss(F.log_softmax(x, -1), targets, input_lengths, target_lengths, **attributes)


def selective_scan(u, delta, a, b, c, d=None, z=None, delta_bias=None, delta_softplus=False):
    """The definition, step by step; PyTorch has none of its own."""
    if delta_bias is not None:
        delta = delta + delta_bias[:, None]
    if delta_softplus:
        delta = F.softplus(delta)
    state = u.new_zeros(u.shape[0], *a.shape)
    outputs = []
    for t in range(u.shape[2]):
        state = torch.exp(delta[:, :, t, None] * a) * state + (delta[:, :, t] * u[:, :, t])[:, :, None] * b[:, None, :, t]
        outputs.append((state * c[:, None, :, t]).sum(-1))
    y = torch.stack(outputs, 2) if outputs else u
    if d is not None:
        y = y + u * d[:, None]
    return flat(y if z is None else y * F.silu(z), state)


OPERATIONS = {
    "ctc": ctc,
    "selective scan": lambda *x: selective_scan(*x),
    "gated selective scan": lambda *x: selective_scan(*x, delta_softplus=True),
}


def lengths(*values):
    return exactly(*values, type="int64")


def scan_operands(batch, channels, steps, states):
    inputs = real(batch, channels, steps), positive(batch, channels, steps), between(-2, -0.1, channels, states)
    return *inputs, real(batch, states, steps), real(batch, states, steps)


CASES = [
    case("ctc", real(6, 2, 4), integer(1, 3, 2, 3), lengths(6, 5), lengths(3, 2)),
    case("ctc", real(6, 2, 4), integer(1, 3, 2, 3), lengths(6, 5), lengths(3, 2), reduction="sum"),
    case("ctc", real(5, 3, 3), integer(0, 1, 3, 2), lengths(5, 4, 3), lengths(2, 1, 1), reduction="none", blank=2),
    case("ctc", real(7, 1, 3), exactly(1, 1, 2, dims=(1, 3), type="int64"), lengths(7), lengths(3), label="with a repeat"),
    case("ctc", real(3, 2, 3), exactly(1, 1, 2, 1, dims=(2, 2), type="int64"), lengths(3, 2), lengths(2, 2), label="that just fits"),
    case("ctc", real(4, 2, 3), integer(1, 2, 2, 2), lengths(4, 3), lengths(0, 2), label="of an empty target"),
    case("ctc", real(2, 2, 3), exactly(1, 1, 1, 2, dims=(2, 2), type="int64"), lengths(2, 2), lengths(2, 2),
         label="that does not fit", zero_infinity=True),
    case("ctc", real(2, 1, 3), exactly(1, 1, dims=(1, 2), type="int64"), lengths(2), lengths(2),
         label="that does not fit", reduction="none", differentiable=False),
    case("ctc", real(1, 1, 2), exactly(1, dims=(1, 1), type="int64"), lengths(1), lengths(1), label="of one frame"),
    case("ctc", between(-30, 30, 8, 2, 5), integer(1, 4, 2, 3), lengths(8, 8), lengths(3, 3), label="of sure frames"),
    case("selective scan", *scan_operands(2, 3, 7, 4)),
    case("selective scan", *scan_operands(1, 1, 1, 1)),
    case("selective scan", *scan_operands(0, 2, 3, 2)),
    case("selective scan", *scan_operands(1, 2, 33, 16)),
    case("gated selective scan", *scan_operands(2, 3, 5, 4), real(3), real(2, 3, 5), real(3)),
    case("gated selective scan", *scan_operands(1, 5, 9, 2), real(5), real(1, 5, 9), real(5)),
]
