"""Writes tensors as a safetensors file."""

import json
import struct

import torch

TYPES = {torch.float32: "F32", torch.int64: "I64"}


def write(path, tensors):
    """tensors: names and float32 or int64 tensors."""
    header, data = {}, []
    offset = 0
    # Widest elements first keeps every tensor aligned.
    for name, tensor in sorted(tensors.items(), key=lambda t: (-t[1].element_size(), t[0])):
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for raw in data:
            file.write(raw)
