"""Connectionist temporal classification, the selective scan and the Mamba block around it."""

import torch
import torch.nn.functional as F

from case import case
from layers import flat, layer, layer_case
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


class Mamba(torch.nn.Module):
    """The block of Gu and Dao 2023 with the names and layouts of mamba_ssm."""

    def __init__(self, d_model, d_state, d_conv, expand=2, dt_rank=1):
        super().__init__()
        inner = expand * d_model
        self.A_log, self.D = torch.nn.Parameter(torch.zeros(inner, d_state)), torch.nn.Parameter(torch.ones(inner))
        self.in_proj = torch.nn.Linear(d_model, 2 * inner, bias=False)
        self.conv1d = torch.nn.Conv1d(inner, inner, d_conv, padding=d_conv - 1, groups=inner)
        self.x_proj = torch.nn.Linear(inner, dt_rank + 2 * d_state, bias=False)
        self.dt_proj = torch.nn.Linear(dt_rank, inner)
        self.out_proj = torch.nn.Linear(inner, d_model, bias=False)

    def forward(self, sequence):
        x, z = self.in_proj(sequence).transpose(1, 2).chunk(2, 1)
        x = F.silu(self.conv1d(x)[..., :sequence.shape[1]])
        states = self.A_log.shape[1]
        step, b, c = self.x_proj(x.transpose(1, 2)).transpose(1, 2).split([self.dt_proj.in_features, states, states], 1)
        delta = F.softplus(self.dt_proj(step.transpose(1, 2))).transpose(1, 2)
        y = selective_scan(x, delta, -torch.exp(self.A_log), b, c, self.D, z)[:x.numel()].reshape(x.shape)
        return self.out_proj(y.transpose(1, 2))


def mamba(x, **sizes):
    return layer_case("mamba", Mamba, x, d_model=x.dims[-1], **sizes)


OPERATIONS = {
    "mamba": layer(Mamba),
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
    mamba(real(2, 5, 4), d_state=3, d_conv=3),
    mamba(real(1, 1, 2), d_state=1, d_conv=1, expand=1),
    mamba(real(1, 7, 3), d_state=2, d_conv=4, dt_rank=2),
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
