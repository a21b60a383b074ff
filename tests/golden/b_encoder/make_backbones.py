"""Makes the cases of VGG-16-BN, ResNet-18 and ResNet-50, narrow and with random weights.

    python3 make_backbones.py        (PyTorch 1.13, numpy, h5py)

The networks are written out here after their papers, with torchvision's names of weights.
Running statistics are random; they are used as they are (`eval()`), in the gradients too.
"""
import json
from collections import OrderedDict
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
# As in the other cases: twenty times the error of float32.
ERRORS = 20


def vgg16_bn(divisor):
    layers, inputs = [], 3
    for block in [[64] * 2, [128] * 2, [256] * 3, [512] * 3, [512] * 3]:
        for channels in block:
            outputs = channels // divisor
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(OrderedDict(features=nn.Sequential(*layers[:-2])))


class Block(nn.Module):
    def __init__(self, inputs, inside, stride, bottleneck):
        super().__init__()
        outputs = inside * 4 if bottleneck else inside
        windows = [(1, 1), (3, stride), (1, 1)] if bottleneck else [(3, stride), (3, 1)]
        self.count, before = len(windows), inputs
        for i, (size, step) in enumerate(windows, 1):
            after = outputs if i == self.count else inside
            setattr(self, f"conv{i}", nn.Conv2d(before, after, size, step, size // 2, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(after))
            before = after
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = torch.relu(y) if i < self.count else y
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet(counts, bottleneck, divisor):
    inputs = 64 // divisor
    net = nn.Sequential(OrderedDict(
        conv1=nn.Conv2d(3, inputs, 7, 2, 3, bias=False), bn1=nn.BatchNorm2d(inputs), relu=nn.ReLU(), maxpool=nn.MaxPool2d(3, 2, 1)))
    for stage, count in enumerate(counts):
        inside, blocks = 64 * 2**stage // divisor, []
        for b in range(count):
            blocks.append(Block(inputs, inside, 2 if stage > 0 and b == 0 else 1, bottleneck))
            inputs = inside * (4 if bottleneck else 1)
        net.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
    return net


def randomize(net, random):
    for name, value in net.state_dict().items():
        shape = tuple(value.shape)
        if name.endswith("num_batches_tracked"):
            continue
        if len(shape) == 4:
            new = random.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))
        elif name.endswith(("running_var", "weight")):
            new = 0.5 + random.random(shape)
        else:
            new = random.standard_normal(shape) / 10
        value.copy_(torch.from_numpy(new))
    return net.eval()


def run(net, image, cotangent, dtype):
    net.to(dtype).zero_grad()
    pixels = torch.from_numpy(image).to(dtype) / 255
    x = (pixels - torch.tensor(MEAN, dtype=dtype)) / torch.tensor(STD, dtype=dtype)
    x = x.permute(0, 3, 1, 2).contiguous().requires_grad_()
    out = net(x)
    if cotangent is None:
        return out.shape
    (out * torch.from_numpy(cotangent).to(dtype)).sum().backward()
    grads = {name: p.grad for name, p in net.named_parameters()}
    values = {"input": x, "out": out, "grad_input": x.grad} | {f"grad/{canonical(n)}": g for n, g in grads.items()}
    return {name: value.detach().numpy().copy() for name, value in values.items()}


def canonical(name):
    """Names as those of Sequential(conv1, bn1, relu, maxpool, layer1 to layer4)."""
    parts = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"]
    first, rest = name.split(".", 1)
    return name if first == "features" else f"features.{parts.index(first)}.{rest}"


def make(name, net, height, width, shown, seed):
    random = np.random.default_rng(seed)
    randomize(net, random)
    image = random.integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    cotangent = random.standard_normal(run(net, image, None, torch.float32)).astype(np.float32)
    torch.save(net.state_dict(), HERE / f"{name}.pth")
    exact, rounded = (run(net, image, cotangent, dtype) for dtype in (torch.float64, torch.float32))
    kept = [key for key in exact if not key.startswith("grad/") or any(part in key for part in shown)]
    datasets = {"image_u8": image, "R": cotangent} | {key: exact[key].astype(np.float32) for key in kept}
    tolerances = {"input": {"atol": 2e-6}}
    for key in kept[1:]:
        error = float(np.abs(exact[key] - rounded[key]).max())
        tolerances[key] = {"f32_vs_f64_maxabs": error, "maxabs": float(np.abs(exact[key]).max()), "atol": ERRORS * error}
    case = f"{name}_{height}x{width}"
    with h5py.File(HERE / f"{case}.h5", "w") as file:
        for key, value in datasets.items():
            file.create_dataset(key, data=value, track_times=False)
    notes = {
        "case": f"b_encoder/{case}",
        "description": f"{name}, batch norm with running statistics, in the gradients too; in double precision",
        "datasets": {key: {"shape": list(v.shape), "dtype": str(v.dtype), "role": "expected"} for key, v in datasets.items()},
        "scalars": {},
        "tolerances": tolerances,
        "notes": ["made by make_backbones.py; R is the cotangent, loss = sum(out * R)"],
        "files": [f"{name}.pth"],
    }
    (HERE / f"{case}.json").write_text(json.dumps(notes, indent=1) + "\n")


first_and_last = ["features.0.", "features.1.", "features.4.0.", "features.7.0.", "features.7.1."]
make("vgg16_bn_div32", vgg16_bn(32), 48, 64, ["features.0.", "features.1.", "features.24.", "features.40.", "features.41."], 1)
make("resnet18_div32", resnet([2, 2, 2, 2], False, 32), 67, 81, first_and_last, 2)
make("resnet50_div32", resnet([3, 4, 6, 3], True, 32), 64, 96, first_and_last, 3)
