"""What is timed. Each work is a function without arguments; making it leaves in a folder what the other sides need."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

import models
import tensor_file

LOSSES = 3


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


# Model, optimizer, batch, extents of a sample, classes.
MODELS = {
    "tiny": (models.tiny, adam, 32, [4], 3),
    "mlp": (models.mlp, adam, 128, [784], 10),
    "cnn": (models.cnn, adam, 64, [1, 28, 28], 10),
    "resnet": (models.ResNet20, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9), 32, [3, 32, 32], 10),
    "lstm": (models.SequenceClassifier, adam, 32, [64, 64], 10),
    "gpt": (models.GptMini, lambda p: torch.optim.AdamW(p, lr=1e-3), 8, [models.GptMini.LENGTH], models.GptMini.TOKENS),
}


class LayerNorm(nn.Module):
    def forward(self, x, weight, bias):
        return F.layer_norm(x, (x.shape[-1],), weight, bias)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


# Module and the shapes of its inputs.
KERNELS = {
    "softmax": (nn.Softmax(1), {"x": (4096, 1024)}),
    "layernorm": (LayerNorm(), {"x": (4096, 1024), "weight": (1024,), "bias": (1024,)}),
    "gelu": (Function(lambda x: F.gelu(x * 1.1 + 0.3) * x), {"x": (4096, 1024)}),
}


def samples(name, batch):
    sample, classes = MODELS[name][3:]
    if name == "gpt":
        return torch.randint(classes, (batch, *sample)), torch.randint(classes, (batch, *sample))
    return torch.randn(batch, *sample), torch.randint(classes, (batch,))


def new_model(folder, name):
    model = MODELS[name][0]()
    tensor_file.write(os.path.join(folder, "model.safetensors"), model.state_dict())
    return model


def training_step(folder, name):
    model = new_model(folder, name)
    optimizer = MODELS[name][1](model.parameters())
    classes = MODELS[name][4]
    inputs, targets = samples(name, MODELS[name][2])

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(inputs).reshape(-1, classes), targets.reshape(-1))
        loss.backward()
        optimizer.step()
        return loss

    losses = torch.tensor([step().item() for _ in range(LOSSES)])
    tensor_file.write(os.path.join(folder, "case.safetensors"), {"input": inputs, "target": targets, "losses": losses})
    return step


def inference(folder, module, inputs):
    """inputs: names and tensors."""
    module.eval()
    arguments = tuple(inputs.values())

    def run():
        with torch.inference_mode():
            return module(*arguments)

    tensor_file.write(os.path.join(folder, "case.safetensors"), {**inputs, "output": run().clone()})
    torch.onnx.export(module, arguments, os.path.join(folder, "model.onnx"), opset_version=17,
                      input_names=list(inputs), output_names=["output"])
    return run


def contraction(folder, size):
    product = Function(torch.matmul)
    return inference(folder, product, {"a": torch.randn(size, size), "b": torch.randn(size, size)})


def kernel(folder, name):
    module, shapes = KERNELS[name]
    return inference(folder, module, {key: torch.randn(shape) for key, shape in shapes.items()})


def saved(folder, inputs, run, shown=lambda output: output):
    """shown: the output as the case has it."""
    tensor_file.write(os.path.join(folder, "case.safetensors"), {**inputs, "output": shown(run()).contiguous()})
    return run


def last(image):
    return image.permute(0, 2, 3, 1)


def convolution(folder, sizes, direction, depthwise):
    """Windows of 3 x 3, padded by 1. Images have their channels last in the case, and first here."""
    count, channels, extent, rest = sizes
    results, stride, groups = (channels, rest, channels) if depthwise else (rest, 1, 1)
    weight, x = torch.randn(results, channels // groups, 3, 3), torch.randn(count, channels, extent, extent)
    options = {"stride": stride, "padding": 1, "groups": groups}
    cotangent = torch.randn_like(F.conv2d(x, weight, **options))
    runs = {
        "forward": (lambda: F.conv2d(x, weight, **options), {"x": last(x).contiguous(), "weight": weight}),
        "input": (lambda: nn.grad.conv2d_input(x.shape, weight, cotangent, **options), {"cotangent": last(cotangent).contiguous(), "weight": weight}),
        "weight": (lambda: nn.grad.conv2d_weight(x, weight.shape, cotangent, **options), {"x": last(x).contiguous(), "cotangent": last(cotangent).contiguous()}),
    }
    run, inputs = runs[direction]
    return saved(folder, inputs, run, shown=(lambda w: w) if direction == "weight" else last)


def sized(folder, kind, sizes, *direction):
    sizes = [int(size) for size in sizes.split("x")]
    if kind in ("convolution", "depthwise"):
        return convolution(folder, sizes, *direction, kind == "depthwise")
    if kind == "product":
        rows, summed, columns = sizes
        inputs = {"a": torch.randn(rows, summed), "b": torch.randn(summed, columns)}
        module = Function(torch.matmul)
    else:
        module, shapes = KERNELS[kind]
        inputs = {key: torch.randn(sizes[-len(shape):]) for key, shape in shapes.items()}
    return saved(folder, inputs, lambda: module(*inputs.values()))


def make(folder, work):
    """work: its kind and its name or size, such as "step-mlp", "contraction-512" or "depthwise-8x32x56x1-input"."""
    torch.manual_seed(1)
    kind, name, *more = work.split("-")
    if kind == "step":
        return training_step(folder, name)
    if kind == "infer":
        return inference(folder, new_model(folder, name), {"input": samples(name, 1)[0]})
    if "x" in name and name[0].isdigit():
        return sized(folder, kind, name, *more)
    return contraction(folder, int(name)) if kind == "contraction" else kernel(folder, name)
