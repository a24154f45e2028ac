"""The models of bench/GraphForge.Bench/Workloads: same layers, same names of parameters."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        shapes = [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2
        self.blocks = nn.Sequential(*[BasicBlock(*shape) for shape in shapes])
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = self.blocks(F.relu(self.bn1(self.conv1(x))))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class SequenceClassifier(nn.Module):
    def __init__(self, features=64, hidden=256):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class Block(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(features)
        self.projections = nn.Linear(features, 3 * features)
        self.attended = nn.Linear(features, features)
        self.norm2 = nn.LayerNorm(features)
        self.wide = nn.Linear(features, 4 * features)
        self.narrow = nn.Linear(4 * features, features)

    def forward(self, x, mask):
        x = x + self.attention(self.norm1(x), mask)
        return x + self.narrow(F.gelu(self.wide(self.norm2(x))))

    def attention(self, x, mask):
        batch, length, features = x.shape
        q, k, v = (t.view(batch, length, self.heads, features // self.heads).transpose(1, 2)
                   for t in self.projections(x).chunk(3, -1))
        scores = (q @ k.transpose(-1, -2)) * (1 / math.sqrt(features // self.heads))
        weights = scores.masked_fill(mask, -math.inf).softmax(-1)
        return self.attended((weights @ v).transpose(1, 2).reshape(batch, length, features))


class GptMini(nn.Module):
    LAYERS, FEATURES, HEADS, LENGTH, TOKENS = 4, 256, 8, 128, 256

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(self.TOKENS, self.FEATURES)
        self.positions = nn.Embedding(self.LENGTH, self.FEATURES)
        self.blocks = nn.ModuleList([Block(self.FEATURES, self.HEADS) for _ in range(self.LAYERS)])
        self.norm = nn.LayerNorm(self.FEATURES)
        self.head = nn.Linear(self.FEATURES, self.TOKENS, bias=False)
        self.register_buffer("mask", torch.ones(self.LENGTH, self.LENGTH, dtype=torch.bool).triu(1), persistent=False)
        self.register_buffer("places", torch.arange(self.LENGTH), persistent=False)

    def forward(self, x):
        x = self.tokens(x) + self.positions(self.places)
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x))


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def tiny():
    return nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 3))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10))
