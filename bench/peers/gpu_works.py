"""What is timed on a GPU: the works of bench/GraphForge.Bench.Gpu/GpuWorkTable.cs. Making one leaves in a folder what the other sides need."""

import os

import torch
import torch.nn as nn
import torch.nn.functional as F

import models
import tensor_file

LOSSES = 3


class Bottleneck(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        outputs = 4 * channels
        self.conv1 = nn.Conv2d(inputs, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet50(nn.Module):
    def __init__(self, width, blocks, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        layers, inputs = [], width
        for stage, count in enumerate(blocks):
            for block in range(count):
                layers.append(Bottleneck(inputs, width << stage, 2 if stage > 0 and block == 0 else 1))
                inputs = 4 * (width << stage)
        self.blocks = nn.Sequential(*layers)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.blocks(self.maxpool(F.relu(self.bn1(self.conv1(x)))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def mlp(wide):
    return nn.Sequential(nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, 10))


def gpt(layers, features, heads, length, tokens):
    class Gpt(models.GptMini):
        LAYERS, FEATURES, HEADS, LENGTH, TOKENS = layers, features, heads, length, tokens

    return Gpt()


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


def workloads(scale):
    """Model, optimizer, batch, extents of a sample, classes."""
    full = scale == "full"
    wide, width, blocks, extent = (4096, 64, [3, 4, 6, 3], 224) if full else (32, 4, [1, 1, 1, 1], 64)
    settings, hidden, steps = ((12, 768, 12, 1024, 50257), 1024, 64) if full else ((2, 16, 2, 8, 31), 8, 4)
    classes = width * 16 - 24
    return {
        "mlp": (lambda: mlp(wide), adam, 512 if full else 8, [wide], 10),
        "resnet50": (lambda: ResNet50(width, blocks, classes), lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
                     64 if full else 4, [3, extent, extent], classes),
        "lstm": (lambda: models.SequenceClassifier(hidden // 4, hidden), adam, 64 if full else 4, [steps, hidden // 4], 10),
        "gpt2": (lambda: gpt(*settings), lambda p: torch.optim.AdamW(p, lr=1e-3), 8 if full else 2, [settings[3]], settings[4]),
    }


def training_step(folder, name, device, compiled, scale):
    build, optimizer_of, batch, sample, classes = workloads(scale)[name]
    model = build()
    weights, case = os.path.join(folder, "model.safetensors"), os.path.join(folder, "case.safetensors")
    if not os.path.exists(weights):
        tensor_file.write(weights, model.state_dict())
    reads_tokens = name == "gpt2"
    inputs = torch.randint(classes, (batch, *sample)) if reads_tokens else torch.randn(batch, *sample)
    targets = torch.randint(classes, (batch, *sample) if reads_tokens else (batch,))
    model = model.to(device)
    optimizer = optimizer_of(model.parameters())
    forward = torch.compile(model) if compiled else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(forward(inputs.to(device)).reshape(-1, classes), targets.to(device).reshape(-1))
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = torch.tensor([step() for _ in range(LOSSES)])
    if not os.path.exists(case):
        tensor_file.write(case, {"input": inputs, "target": targets, "losses": losses})
    return step


def kernels(scale):
    """Function, shapes of its inputs, type."""
    size, rows = (4096, 16384) if scale == "full" else (32, 16)
    factors, matrix = {"a": (size, size), "b": (size, size)}, {"x": (rows, size)}
    return {
        "contraction-float32": (torch.matmul, factors, torch.float32),
        "contraction-bfloat16": (torch.matmul, factors, torch.bfloat16),
        "kernel-scale": (lambda x: x * 1.5 + 0.5, matrix, torch.float32),
        "kernel-gelu": (lambda x: F.gelu(x * 1.1 + 0.3) * x, matrix, torch.float32),
        "kernel-softmax": (lambda x: torch.softmax(x, 1), matrix, torch.float32),
        "kernel-layernorm": (lambda x, weight, bias: F.layer_norm(x, (size,), weight, bias),
                             {**matrix, "weight": (size,), "bias": (size,)}, torch.float32),
    }


def kernel(folder, work, device, compiled, scale):
    function, shapes, dtype = kernels(scale)[work]
    inputs = {name: torch.randn(shape).to(dtype) for name, shape in shapes.items()}
    operands = [tensor.to(device) for tensor in inputs.values()]
    called = torch.compile(function) if compiled else function

    def run():
        with torch.inference_mode():
            return called(*operands)

    case = os.path.join(folder, "case.safetensors")
    output = run()
    if not os.path.exists(case):
        tensor_file.write(case, {name: tensor.float().cpu() for name, tensor in {**inputs, "output": output}.items()})
    return run


def make(folder, work, device, compiled, scale):
    """The first side to make a work writes its case; another one, which draws the same numbers, leaves it as it is."""
    torch.manual_seed(1)
    if work.startswith("step-"):
        return training_step(folder, work[len("step-"):], device, compiled, scale), False
    return kernel(folder, work, device, compiled, scale), True
