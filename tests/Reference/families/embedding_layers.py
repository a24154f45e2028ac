"""Embeddings, bags of embeddings and bilinear products."""

import torch
import torch.nn.functional as F

from case import case
from layers import layer, layer_case
from operands import exactly, integer, real

OPERATIONS = {
    "embedding": layer(torch.nn.Embedding),
    "embedding bag": layer(torch.nn.EmbeddingBag),
    "weighed bag": lambda x, weight, factors: F.embedding_bag(x, weight, mode="sum", per_sample_weights=factors),
    "bilinear": layer(torch.nn.Bilinear, inputs=2),
}


def embedding(x, rows, features, **settings):
    return layer_case("embedding", torch.nn.Embedding, x, num_embeddings=rows, embedding_dim=features, **settings)


def bag(x, rows=5, **settings):
    return layer_case("embedding bag", torch.nn.EmbeddingBag, x, num_embeddings=rows, embedding_dim=3, **settings)


def indices(*values, dims):
    return exactly(*values, dims=dims, type="int64")


CASES = [
    embedding(integer(0, 6, 5), 7, 3),
    embedding(integer(0, 6, 2, 4), 7, 3),
    embedding(integer(0, 2, 3, 2, 2, type="int32"), 3, 1),
    embedding(indices(1, 1, 1, 1, dims=(4,)), 3, 2, label="of one row"),
    embedding(indices(0, 2, 0, 1, 2, 0, dims=(2, 3)), 3, 2, padding_idx=0),
    embedding(indices(0, 2, 0, 1, 2, 0, dims=(2, 3)), 3, 2, padding_idx=-1),
    embedding(indices(1, 1, dims=(2,)), 2, 2, padding_idx=1, label="of padding alone"),
    embedding(integer(0, 0, 1), 1, 1),
    embedding(integer(0, 4, 0, 3), 5, 2, label="of nothing"),
    bag(integer(0, 4, 3, 4), mode="sum"),
    bag(integer(0, 4, 3, 4), mode="mean"),
    bag(integer(0, 4, 3, 4), mode="max"),
    bag(integer(0, 4, 2, 1), mode="mean"),
    bag(indices(0, 2, 0, 1, 0, 0, dims=(2, 3)), mode="sum", padding_idx=0),
    bag(indices(0, 2, 0, 1, 0, 0, dims=(2, 3)), mode="mean", padding_idx=0),
    bag(indices(0, 2, 0, 1, 0, 0, dims=(2, 3)), mode="max", padding_idx=0),
    bag(indices(4, 4, 1, 4, dims=(2, 2)), mode="mean", padding_idx=-1, label="of padding alone"),
    case("weighed bag", integer(0, 4, 3, 4), real(5, 3), real(3, 4)),
    layer_case("bilinear", torch.nn.Bilinear, real(3, 4), real(3, 5), in1_features=4, in2_features=5, out_features=2),
    layer_case("bilinear", torch.nn.Bilinear, real(2, 3, 2), real(2, 3, 3), in1_features=2, in2_features=3, out_features=4, bias=False),
    layer_case("bilinear", torch.nn.Bilinear, real(1, 1), real(1, 1), in1_features=1, in2_features=1, out_features=1),
]
