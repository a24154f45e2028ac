"""Transformer layers and their stacks, in training mode without dropout."""

import torch

from case import case
from layers import layer
from operands import between, exactly, real

# What the forward function takes beside sequences and named masks, and no constructor does.
CALLS = ("sequences", "masks", "causal")


def encoder_layer(**settings):
    return torch.nn.TransformerEncoderLayer(dropout=0, **settings)


def decoder_layer(**settings):
    return torch.nn.TransformerDecoderLayer(dropout=0, **settings)


def encoder(num_layers, norm=False, **settings):
    final = torch.nn.LayerNorm(settings["d_model"]) if norm else None
    return torch.nn.TransformerEncoder(encoder_layer(**settings), num_layers, final)


def decoder(num_layers, norm=False, **settings):
    final = torch.nn.LayerNorm(settings["d_model"]) if norm else None
    return torch.nn.TransformerDecoder(decoder_layer(**settings), num_layers, final)


def transformer(**settings):
    return torch.nn.Transformer(dropout=0, **settings)


def masked(build):
    """A layer whose operands are sequences, then the masks that are named."""
    def construct(sequences=1, masks=(), causal=None, **settings):
        return build(**settings)

    def operation(*operands, parameters, sequences=1, masks=(), causal=None, **settings):
        def call(module, *inputs):
            named = dict(zip(masks, inputs[sequences:]))
            if causal is not None:
                # PyTorch 1.13 has no causal flag: the mask of the sequence whose mask it is.
                sequence = inputs[1 if build is transformer and causal == "tgt_mask" else 0]
                length = sequence.shape[1 if settings.get("batch_first", False) and sequence.dim() == 3 else 0]
                named[causal] = torch.ones(length, length, dtype=torch.bool).triu(1)
            return module(*inputs[:sequences], **named)
        return layer(construct, sequences + len(masks), call)(*operands, parameters=parameters, **settings)

    return operation, construct


BUILDERS = {
    "encoder layer": encoder_layer,
    "decoder layer": decoder_layer,
    "encoder": encoder,
    "decoder": decoder,
    "transformer": transformer,
}
OPERATIONS = {name: masked(build)[0] for name, build in BUILDERS.items()}


def recorded(name, *operands, **attributes):
    """Weights of norms are drawn around 1: around 0 they would make what one norm passes on to the next nearly constant."""
    settings = {"d_model": 6, "nhead": 2, "dim_feedforward": 5, **attributes}
    shapes = {k: tuple(p.shape) for k, p in masked(BUILDERS[name])[1](**settings).named_parameters()}
    middles = (1 if "norm" in k and k.endswith("weight") else 0 for k in shapes)
    drawn = (between(middle - 0.5, middle + 0.5, *shape) for middle, shape in zip(middles, shapes.values()))
    return case(name, *operands, *drawn, parameters=list(shapes), **settings)


def padded(*values, dims):
    return exactly(*values, dims=dims, type="bool")


X, BATCH_FIRST = real(5, 3, 6), real(3, 5, 6)
SOURCE_PADDING = padded(*[0, 0, 0, 1, 1], *[0] * 5, *[0, 1, 0, 0, 0], dims=(3, 5))
ENCODERS = [
    recorded("encoder layer", X),
    recorded("encoder layer", X, norm_first=True),
    recorded("encoder layer", real(2, 6, 6), batch_first=True),
    recorded("encoder layer", BATCH_FIRST, batch_first=True, norm_first=True, activation="gelu"),
    recorded("encoder layer", real(7, 6)),
    recorded("encoder layer", real(1, 1, 6), nhead=6),
    recorded("encoder layer", X, activation="gelu", layer_norm_eps=0.1),
    recorded("encoder layer", X, causal="src_mask"),
    recorded("encoder layer", X, SOURCE_PADDING, masks=["src_key_padding_mask"]),
    recorded("encoder layer", BATCH_FIRST, SOURCE_PADDING, batch_first=True, norm_first=True, masks=["src_key_padding_mask"],
             causal="src_mask"),
    recorded("encoder layer", X, real(5, 5), masks=["src_mask"]),
    recorded("encoder layer", X, real(6, 5, 5), masks=["src_mask"]),
    recorded("encoder", X, num_layers=2),
    recorded("encoder", BATCH_FIRST, SOURCE_PADDING, num_layers=2, norm=True, norm_first=True, batch_first=True,
             masks=["src_key_padding_mask"]),
    recorded("encoder", X, num_layers=1, norm=True, causal="mask"),
]

TARGET, MEMORY, TARGETS = real(4, 3, 6), X, {"sequences": 2}
TARGET_PADDING = padded(*[0, 0, 1, 1], *[0] * 4, *[0, 0, 0, 1], dims=(3, 4))
DECODERS = [
    recorded("decoder layer", TARGET, MEMORY, **TARGETS),
    recorded("decoder layer", TARGET, MEMORY, **TARGETS, norm_first=True, activation="gelu"),
    recorded("decoder layer", real(2, 6, 6), real(2, 4, 6), **TARGETS, batch_first=True),
    recorded("decoder layer", real(5, 6), real(7, 6), **TARGETS, norm_first=True),
    recorded("decoder layer", TARGET, MEMORY, **TARGETS, causal="tgt_mask"),
    recorded("decoder layer", real(6, 3, 6), MEMORY, SOURCE_PADDING, **TARGETS, masks=["memory_key_padding_mask"], causal="tgt_mask"),
    recorded("decoder layer", TARGET, MEMORY, TARGET_PADDING, **TARGETS, masks=["tgt_key_padding_mask"]),
    recorded("decoder layer", TARGET, MEMORY, real(4, 5), **TARGETS, masks=["memory_mask"]),
    recorded("decoder", TARGET, MEMORY, **TARGETS, num_layers=2, norm_first=True, causal="tgt_mask"),
    recorded("decoder", real(3, 4, 6), BATCH_FIRST, **TARGETS, num_layers=1, norm=True, norm_first=True, batch_first=True),
]

PAIRS = {"sequences": 2, "num_encoder_layers": 1, "num_decoder_layers": 1}
TRANSFORMERS = [
    recorded("transformer", X, TARGET, **PAIRS),
    recorded("transformer", X, TARGET, **PAIRS, norm_first=True, activation="gelu"),
    recorded("transformer", BATCH_FIRST, real(3, 4, 6), **PAIRS, batch_first=True, causal="tgt_mask"),
    recorded("transformer", X, TARGET, SOURCE_PADDING, TARGET_PADDING, SOURCE_PADDING, **PAIRS, causal="tgt_mask",
             masks=["src_key_padding_mask", "tgt_key_padding_mask", "memory_key_padding_mask"]),
    recorded("transformer", X, TARGET, real(5, 5), real(4, 4), real(4, 5), **PAIRS, masks=["src_mask", "tgt_mask", "memory_mask"]),
]

CASES = [*ENCODERS, *DECODERS, *TRANSFORMERS]
