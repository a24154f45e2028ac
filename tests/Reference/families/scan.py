"""Running reductions, and recurrences as PyTorch loops write them."""

import torch

from case import case
from layers import flat
from operands import boolean, exactly, integer, real, wide

NAN, INFINITY = float("nan"), float("inf")


def rnn(hidden, inputs, weight, bias, reverse=False):
    """h = tanh(x + h·Wᵀ + b) over the first axis of the inputs."""
    outputs = [None] * len(inputs)
    for t in reversed(range(len(inputs))) if reverse else range(len(inputs)):
        outputs[t] = hidden = torch.tanh(inputs[t] + hidden @ weight.T + bias)
    return flat(hidden, torch.stack(outputs))


def gru(hidden, inputs, weight, bias):
    outputs = []
    for x in inputs:
        recurrent = (hidden @ weight.T + bias).chunk(3, -1)
        given = x.chunk(3, -1)
        reset, update = torch.sigmoid(given[0] + recurrent[0]), torch.sigmoid(given[1] + recurrent[1])
        hidden = (1 - update) * torch.tanh(given[2] + reset * recurrent[2]) + update * hidden
        outputs.append(hidden)
    return torch.stack(outputs)


def state_space(state, decay, inputs, readout):
    outputs = []
    for a, b, c in zip(decay, inputs, readout):
        state = a * state + b
        outputs.append((state * c).sum(-1))
    return torch.stack(outputs)


def linear_recurrence(decay, inputs):
    """h = a·h + b along the last axis."""
    outputs, state = [], torch.zeros_like(inputs[..., 0])
    for t in range(inputs.shape[-1]):
        state = decay[..., t] * state + inputs[..., t]
        outputs.append(state)
    return torch.stack(outputs, -1)


OPERATIONS = {
    "cumsum": lambda x, dim: x.cumsum(dim),
    "cumprod": lambda x, dim: x.cumprod(dim),
    "cummax": lambda x, dim: x.cummax(dim).values,
    "cummax indices": lambda x, dim: x.cummax(dim).indices,
    "cummin": lambda x, dim: x.cummin(dim).values,
    "cummin indices": lambda x, dim: x.cummin(dim).indices,
    "logcumsumexp": lambda x, dim: x.logcumsumexp(dim),
    "rnn": rnn,
    "gru": gru,
    "state space": state_space,
    "linear recurrence": linear_recurrence,
}

CASES = [
    case("cumsum", real(7), dim=0),
    case("cumsum", real(3, 5), dim=0),
    case("cumsum", real(3, 5), dim=-1),
    case("cumsum", real(2, 4, 3), dim=1),
    case("cumsum", real(40, 37), dim=0, label="of vectors"),
    case("cumsum", real(1, 3), dim=0, label="of one"),
    case("cumsum", real(0, 3), dim=0, label="of none"),
    case("cumsum", real(3, 0), dim=0, label="of empty"),
    case("cumsum", real(), dim=0, label="of a scalar"),
    case("cumsum", integer(-9, 9, 6), dim=0, label="of integers"),
    case("cumsum", boolean(6), dim=0, label="of truths"),
    case("cumsum", real(4, 3).view("transpose", 0, 1), dim=0, label="of transposed"),
    case("cumprod", real(7), dim=0),
    case("cumprod", real(3, 5), dim=1),
    case("cumprod", exactly(2, 0, 3, 0.5), dim=0, label="with a zero"),
    case("cumprod", integer(-3, 3, 5), dim=0, label="of integers"),
    *(case(f"cum{extreme}", real(7), dim=0) for extreme in ("max", "min")),
    *(case(f"cum{extreme}", real(3, 5), dim=1) for extreme in ("max", "min")),
    *(case(f"cum{extreme}", integer(-3, 3, 4, 5), dim=0, label="of integers") for extreme in ("max", "min")),
    *(case(f"cum{extreme}", exactly(1, NAN, 3, 0), dim=0, label="with a NaN", differentiable=False) for extreme in ("max", "min")),
    *(case(f"cum{extreme}", exactly(-INFINITY, INFINITY, 3, -INFINITY), dim=0, label="of infinities") for extreme in ("max", "min")),
    *(case(f"cum{extreme} indices", real(3, 5), dim=-1) for extreme in ("max", "min")),
    *(case(f"cum{extreme} indices", integer(0, 2, 9), dim=0, label="of ties") for extreme in ("max", "min")),
    *(case(f"cum{extreme} indices", exactly(1, NAN, 3, NAN, 0), dim=0, label="with a NaN") for extreme in ("max", "min")),
    case("logcumsumexp", real(7), dim=0),
    case("logcumsumexp", wide(3, 5), dim=1),
    case("logcumsumexp", exactly(200, -200, 199, 0), dim=0, label="of large values"),
    case("rnn", real(2, 3), real(4, 2, 3), real(3, 3), real(3)),
    case("rnn", real(2, 3), real(4, 2, 3), real(3, 3), real(3), reverse=True),
    case("rnn", real(1, 3), real(1, 1, 3), real(3, 3), real(3), label="of one step"),
    case("rnn", real(5, 20), real(9, 5, 20), real(20, 20), real(20), label="of wider vectors"),
    case("gru", real(2, 3), real(5, 2, 9), real(9, 3), real(9)),
    case("gru", real(3, 17), real(6, 3, 51), real(51, 17), real(51), label="of wider vectors"),
    case("state space", real(4, 3), real(5, 4, 3), real(5, 4, 3), real(5, 3)),
    case("state space", real(6, 16), real(12, 6, 16), real(12, 6, 16), real(12, 16), label="of wider vectors"),
    case("linear recurrence", real(3, 8), real(3, 8)),
    case("linear recurrence", real(2, 13), real(2, 13), label="of odd length"),
]
