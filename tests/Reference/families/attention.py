"""Attention, its masks and the encodings of positions; PyTorch's own functions where 1.13 has them."""

import math

import torch

from case import case
from layers import flat, layer, layer_case
from operands import between, boolean, exactly, integer, real

INFINITY = float("inf")


def scaled_dot_product(query, key, value, mask=None, is_causal=False, scale=None, enable_gqa=False):
    """torch.nn.functional.scaled_dot_product_attention of PyTorch 2; rows that are masked altogether give zeros."""
    if enable_gqa:
        key, value = (x.repeat_interleave(query.shape[-3] // key.shape[-3], -3) for x in (key, value))
    scores = query @ key.transpose(-1, -2) * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if is_causal:
        scores = scores.masked_fill(torch.ones(scores.shape[-2:]).tril() == 0, -INFINITY)
    if mask is not None:
        scores = scores.masked_fill(~mask, -INFINITY) if mask.dtype == torch.bool else scores + mask
    masked = (scores == -INFINITY).all(-1, keepdim=True)
    return scores.masked_fill(masked, 0).softmax(-1).masked_fill(masked, 0) @ value


def rotary(x, offset=None, theta=10000.0, layout="halves"):
    """Pairs of features as complex numbers, turned by their angle."""
    dim = x.shape[-1]
    frequencies = theta ** (-torch.arange(0, dim, 2, dtype=x.dtype) / dim)
    positions = torch.arange(x.shape[-2], dtype=x.dtype) + (0 if offset is None else offset.unsqueeze(-1))
    angles = positions.unsqueeze(-1) * frequencies
    pairs = torch.stack(x.chunk(2, -1), -1) if layout == "halves" else x.unflatten(-1, (dim // 2, 2))
    turned = torch.complex(pairs[..., 0], pairs[..., 1]) * torch.polar(torch.ones_like(angles), angles)
    parts = [turned.real, turned.imag]
    return torch.cat(parts, -1) if layout == "halves" else torch.stack(parts, -1).flatten(-2)


def sinusoidal(x, offset=None, theta=10000.0):
    """x + positions, as the tutorials of PyTorch write them."""
    positions = torch.arange(x.shape[-2], dtype=x.dtype) + (0 if offset is None else offset.unsqueeze(-1))
    frequencies = torch.exp(torch.arange(0, x.shape[-1], 2, dtype=x.dtype) * (-math.log(theta) / x.shape[-1]))
    added = torch.zeros(*positions.shape, x.shape[-1], dtype=x.dtype)
    added[..., 0::2] = torch.sin(positions.unsqueeze(-1) * frequencies)
    added[..., 1::2] = torch.cos(positions.unsqueeze(-1) * frequencies)
    return x + added


class LearnedPositions(torch.nn.Module):
    """A row for each position, from the first on."""

    def __init__(self, max_length, d_model):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(max_length, d_model))

    def forward(self, x):
        return x + self.weight[:x.shape[-2]]


def alibi(scores):
    """scores + bias, with the slopes of the authors' code."""
    heads, queries, keys = scores.shape[-3:]

    def slopes(count):
        if math.log2(count).is_integer():
            return [2 ** (-8 / count * (i + 1)) for i in range(count)]
        lower = 2 ** math.floor(math.log2(count))
        return slopes(lower) + slopes(2 * lower)[0::2][: count - lower]

    distance = (torch.arange(queries)[:, None] + keys - queries - torch.arange(keys)).abs()
    return scores - torch.tensor(slopes(heads), dtype=scores.dtype)[:, None, None] * distance


def multihead(embed_dim, num_heads, masks=(), one=False, causal=False, average=True, need_weights=True, **settings):
    """one: a sequence attends to itself, so that there is one input."""
    return torch.nn.MultiheadAttention(embed_dim, num_heads, **settings)


def call_multihead(module, *operands, masks=(), one=False, causal=False, average=True, need_weights=True):
    """causal is a mask to PyTorch 1.13; sequences are the first operands, masks the last."""
    query, key, value = operands[:1] * 3 if one else operands[:3]
    named = dict(zip(masks, operands[len(operands) - len(masks):]))
    if causal:
        time = 1 if module.batch_first and query.dim() == 3 else 0
        later = torch.ones(query.shape[time], key.shape[time], dtype=torch.bool).triu(1)
        named["attn_mask"] = later if "attn_mask" not in named else named["attn_mask"] | later
    output, weights = module(query, key, value, need_weights=need_weights, average_attn_weights=average, **named)
    return flat(output, weights)


def record_multihead(*operands, parameters, **attributes):
    """As layers.layer does, with what the forward function needs of the attributes."""
    chosen = {k: attributes[k] for k in ("masks", "one", "causal", "average", "need_weights") if k in attributes}
    inputs = len(operands) - len(parameters)
    return layer(multihead, inputs, lambda m, *x: call_multihead(m, *x, **chosen))(*operands, parameters=parameters, **attributes)


def grouped(x, *operands, num_heads, key_heads, parameters, masked_keys=False, is_causal=False, turned=None):
    """Self-attention whose heads share those of the keys, batch first; operands are a mask [N, S] of masked keys, and the parameters."""
    in_weight, in_bias, out_weight, out_bias = operands[-4:]
    dim, length = x.shape[-1], x.shape[1]
    features = dim // num_heads
    parts = (x @ in_weight.T + in_bias).split([dim, features * key_heads, features * key_heads], -1)
    query, key, value = (part.reshape(len(x), length, -1, features).transpose(1, 2) for part in parts)
    if turned is not None:
        query, key = rotary(query, layout=turned), rotary(key, layout=turned)
    mask = ~operands[0][:, None, None, :] if masked_keys else None
    result = scaled_dot_product(query, key, value, mask, is_causal, enable_gqa=True)
    return result.transpose(1, 2).flatten(2) @ out_weight.T + out_bias


OPERATIONS = {
    "grouped attention": grouped,
    "multihead attention": record_multihead,
    "scaled dot product": scaled_dot_product,
    "rotary": rotary,
    "sinusoidal": sinusoidal,
    "learned": layer(LearnedPositions),
    "alibi": alibi,
}


def attend(query, key, value, mask=None, label="", **attributes):
    operands = [real(*query), real(*key), real(*value), *([] if mask is None else [mask])]
    return case("scaled dot product", *operands, label=label, **attributes)


def additive(*values, dims):
    return exactly(*values, dims=dims)


FUNCTIONS = [
    attend((2, 3, 4), (2, 5, 4), (2, 5, 6)),
    attend((2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 4)),
    attend((5, 4), (3, 4), (3, 2)),
    attend((1, 1), (1, 1), (1, 1)),
    attend((2, 0, 4), (2, 3, 4), (2, 3, 4), label="of no query"),
    attend((2, 3, 4), (2, 0, 4), (2, 0, 4), boolean(3, 0), label="of no key"),
    attend((3, 2, 4), (1, 5, 4), (1, 5, 3), label="broadcasting"),
    attend((2, 4, 3), (2, 4, 3), (2, 4, 3), is_causal=True),
    attend((2, 3, 4), (2, 6, 4), (2, 6, 4), is_causal=True, label="of fewer queries"),
    attend((6, 4), (3, 4), (3, 4), is_causal=True, label="of fewer keys"),
    attend((2, 3, 4), (2, 5, 4), (2, 5, 4), scale=0.25),
    attend((2, 3, 4), (2, 5, 4), (2, 5, 4), scale=0.0),
    attend((2, 3, 8), (2, 5, 8), (2, 5, 8), scale=5.0, label="peaked"),
    attend((2, 3, 4), (2, 5, 4), (2, 5, 4), boolean(2, 3, 5)),
    attend((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), boolean(2, 1, 1, 5), label="padding"),
    attend((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), boolean(3, 5), label="one mask for all"),
    attend((2, 3, 4), (2, 3, 4), (2, 3, 4), exactly(*[1, 0, 1, 0, 0, 0, 1, 1, 1], dims=(3, 3), type="bool"), label="masked row"),
    attend((2, 3, 4), (2, 5, 4), (2, 5, 4), exactly(*[0] * 15, dims=(3, 5), type="bool"), label="all masked"),
    attend((3, 4), (3, 4), (3, 4), exactly(*[0, 1, 1, 1, 0, 1, 1, 1, 0], dims=(3, 3), type="bool"), is_causal=True, label="masked row"),
    attend((2, 3, 4), (2, 5, 4), (2, 5, 4), real(3, 5), label="additive"),
    attend((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), real(2, 3, 5), label="additive of heads"),
    attend((3, 6), (4, 6), (4, 6), additive(0, -INFINITY, 0.5, 1, 0, -INFINITY, *[-2] * 6, dims=(3, 4)), label="additive -inf"),
    attend((2, 4), (3, 4), (3, 4), additive(*[-INFINITY] * 3, 1, 0, -INFINITY, dims=(2, 3)), label="additive masked row"),
    attend((2, 4, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), enable_gqa=True),
    attend((2, 6, 3, 4), (2, 1, 5, 4), (2, 1, 5, 2), enable_gqa=True, is_causal=True, label="one head of keys"),
    attend((4, 3, 4), (4, 3, 4), (4, 3, 4), enable_gqa=True, label="as many heads of keys"),
    attend((2, 4, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), boolean(2, 4, 3, 5), enable_gqa=True),
    attend((2, 4, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), real(2, 1, 1, 5), enable_gqa=True, label="additive"),
]

POSITIONS = [
    *(case("rotary", real(*dims), layout=layout) for dims in ((5, 6), (2, 3, 4, 8), (1, 2)) for layout in ("halves", "interleaved")),
    *(case("rotary", real(2, 3, 4, 6), integer(0, 40, 2, 1), layout=layout, label="own offsets") for layout in ("halves", "interleaved")),
    case("rotary", real(4, 6), exactly(7, dims=(), type="int64"), theta=500.0, layout="interleaved"),
    case("rotary", real(2, 0, 4), layout="halves"),
    layer_case("learned", LearnedPositions, real(2, 4, 3), max_length=6, d_model=3),
    layer_case("learned", LearnedPositions, real(5, 2), max_length=5, d_model=2),
    case("sinusoidal", real(2, 7, 6)),
    case("sinusoidal", real(3, 2), theta=100.0),
    case("sinusoidal", real(2, 3, 8), integer(0, 30, 2), label="own offsets"),
    case("alibi", real(4, 3, 3)),
    case("alibi", real(2, 6, 2, 5), label="no power of two"),
    case("alibi", real(1, 1, 4)),
]



def heads(*operands, embed_dim=4, num_heads=2, **attributes):
    return layer_case("multihead attention", multihead, *operands, embed_dim=embed_dim, num_heads=num_heads, **attributes)


def masked(*values, dims):
    return exactly(*values, dims=dims, type="bool")


SELF, QUERY, MEMORY = real(4, 2, 4), real(3, 2, 4), real(5, 2, 4)
PADDING = masked(0, 0, 0, 1, 1, 0, 1, 0, 0, 1, dims=(2, 5))
HEADS = [
    heads(SELF, one=True),
    heads(SELF, one=True, bias=False),
    heads(SELF, one=True, num_heads=1),
    heads(SELF, one=True, num_heads=4),
    heads(SELF, one=True, average=False),
    heads(SELF, one=True, need_weights=False),
    heads(SELF, one=True, causal=True),
    heads(real(2, 4, 4), one=True, batch_first=True),
    heads(real(2, 4, 4), one=True, batch_first=True, causal=True),
    heads(real(4, 4), one=True, label="of one sequence"),
    heads(real(4, 4), one=True, batch_first=True, average=False, label="of one sequence"),
    heads(real(1, 1, 2), one=True, embed_dim=2),
    heads(QUERY, MEMORY, MEMORY),
    heads(real(2, 3, 4), real(2, 5, 4), real(2, 5, 4), batch_first=True),
    heads(QUERY, real(5, 2, 6), real(5, 2, 3), kdim=6, vdim=3),
    heads(QUERY, MEMORY, real(5, 2, 6), vdim=6, bias=False),
    heads(QUERY, MEMORY, MEMORY, add_bias_kv=True),
    heads(QUERY, MEMORY, MEMORY, add_zero_attn=True),
    heads(SELF, one=True, add_bias_kv=True, add_zero_attn=True, causal=True),
    heads(QUERY, MEMORY, MEMORY, PADDING, masks=["key_padding_mask"]),
    heads(QUERY, MEMORY, MEMORY, PADDING, masks=["key_padding_mask"], add_bias_kv=True),
    heads(QUERY, MEMORY, MEMORY, masked(*[0, 0, 1, 1, 0] * 3, dims=(3, 5)), masks=["attn_mask"]),
    heads(QUERY, MEMORY, MEMORY, masked(*[0, 1, 1, 0, 1, 0] * 10, dims=(4, 3, 5)), masks=["attn_mask"], label="of heads"),
    heads(QUERY, MEMORY, MEMORY, PADDING, masked(*[0, 0, 0, 0, 1] * 3, dims=(3, 5)), masks=["key_padding_mask", "attn_mask"]),
    heads(QUERY, MEMORY, MEMORY, real(3, 5), masks=["attn_mask"], label="additive"),
    heads(QUERY, MEMORY, MEMORY, real(4, 3, 5), masks=["attn_mask"], label="additive of heads", average=False),
    heads(QUERY, MEMORY, MEMORY, PADDING, real(3, 5), masks=["key_padding_mask", "attn_mask"], label="additive"),
    heads(real(4, 4), masked(0, 1, 0, 0, dims=(4,)), one=True, masks=["key_padding_mask"], label="of one sequence"),
]


def shared(x, *mask, dim, num_heads, key_heads, **attributes):
    keys = dim // num_heads * key_heads
    shapes = {"in_proj_weight": (dim + 2 * keys, dim), "in_proj_bias": (dim + 2 * keys,), "out_proj.weight": (dim, dim), "out_proj.bias": (dim,)}
    drawn = (between(-0.5, 0.5, *shape) for shape in shapes.values())
    return case("grouped attention", x, *mask, *drawn, num_heads=num_heads, key_heads=key_heads, parameters=list(shapes), **attributes)


GROUPED = [
    shared(real(2, 3, 8), dim=8, num_heads=4, key_heads=2),
    shared(real(2, 3, 6), dim=6, num_heads=3, key_heads=1, is_causal=True),
    shared(real(2, 5, 8), dim=8, num_heads=4, key_heads=2, is_causal=True, turned="halves"),
    shared(real(1, 4, 12), dim=12, num_heads=2, key_heads=2, turned="interleaved"),
    shared(real(2, 3, 8), masked(0, 0, 1, 1, 1, 1, dims=(2, 3)), dim=8, num_heads=2, key_heads=1, masked_keys=True, label="all masked"),
    shared(real(2, 3, 4), masked(1, 0, 0, 1, 1, 1, dims=(2, 3)), dim=4, num_heads=2, key_heads=2, masked_keys=True, is_causal=True,
           label="first masked"),
]

CASES = [*GROUPED, *FUNCTIONS, *POSITIONS, *HEADS]
