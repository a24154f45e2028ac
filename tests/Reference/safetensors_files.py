"""Safetensors files as the specification (github.com/huggingface/safetensors, README, "Format") and the reference
implementation's order of tensors lay them out, written without any of its code, with the values they hold.

    python3 -B tests/Reference/safetensors_files.py
"""

import json
import os
import struct

import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "safetensors")

# Widest elements first; among the same type by name.
ORDER = ["U64", "I64", "F64", "C64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "I8", "U8", "BOOL"]
PACK = {"U64": "Q", "I64": "q", "F64": "d", "F32": "f", "U32": "I", "I32": "i", "F16": "e", "U16": "H", "I16": "h", "I8": "b",
        "U8": "B", "BOOL": "?"}
TORCH = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64", torch.int32: "I32", torch.bool: "BOOL", torch.uint8: "U8"}


def encode(dtype, values):
    if dtype == "BF16":  # the upper half of a float32
        return b"".join(struct.pack("<f", v)[2:] for v in values)
    return struct.pack("<%d%s" % (len(values), PACK[dtype]), *values)


def write(name, tensors, metadata=None):
    """tensors: (name, dtype, shape, values) each."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = dict(sorted(metadata.items()))
    for key, dtype, shape, values in sorted(tensors, key=lambda t: (ORDER.index(t[1]), t[0])):
        raw = encode(dtype, values)
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def write_model(name, model, *inputs):
    """A model's state as PyTorch names and lays it out, with an input and what the model makes of it."""
    tensors = [(key, TORCH[t.dtype], list(t.shape), t.flatten().tolist()) for key, t in model.state_dict().items()]
    write(name + ".safetensors", tensors, {"format": "pt"})
    with torch.no_grad():
        output = model(*inputs)
    write(name + ".case.safetensors",
          [("input%d" % i, TORCH[x.dtype], list(x.shape), x.flatten().tolist()) for i, x in enumerate(inputs)]
          + [("output", "F32", list(output.shape), output.flatten().tolist())])


class Tied(torch.nn.Module):
    """A table of embeddings that is the weight of the last layer too."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Linear(6, 4, bias=False)
        self.hidden = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh())
        self.decoder = torch.nn.Linear(6, 4, bias=False)
        self.decoder.weight = self.embedding.weight

    def forward(self, x):
        return self.decoder(self.hidden(self.embedding(x)))


def main():
    os.makedirs(FOLDER, exist_ok=True)
    # What GraphForge writes too, byte for byte.
    write("own_types.safetensors", [
        ("bool", "BOOL", [3], [True, False, True]),
        ("uint8", "U8", [2, 2], [0, 1, 254, 255]),
        ("int32", "I32", [2], [-2**31, 2**31 - 1]),
        ("int64", "I64", [], [-2**63]),
        ("float32", "F32", [2, 3], [0.0, -0.0, 1.5, float("inf"), 1e-45, -3.25]),
        ("float64", "F64", [1], [0.1]),
        ("float16", "F16", [5], [0.0, -1.5, 65504.0, 5.960464477539063e-08, float("-inf")]),
        ("bfloat16", "BF16", [4], [1.0, -3.5, 3.3895313892515355e38, 9.183549615799121e-41]),
        ("empty", "F32", [0, 3], []),
        ("Größe \"1\"\\層", "F32", [1], [7.0]),
    ], {"b": "zwei\n", "a": "eins"})
    # What it reads only.
    write("other_types.safetensors", [
        ("int8", "I8", [2], [-128, 127]),
        ("int16", "I16", [2], [-2**15, 2**15 - 1]),
        ("uint16", "U16", [2], [0, 2**16 - 1]),
        ("uint32", "U32", [2], [0, 2**32 - 1]),
        ("uint64", "U64", [2], [0, 2**63 - 1]),
    ])
    torch.manual_seed(3)
    write_model("image", torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(16, 3)),
        torch.randn(2, 2, 4, 4))
    write_model("tied", Tied(), torch.randn(3, 6))


if __name__ == "__main__":
    main()
