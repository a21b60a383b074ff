"""Small weight files as other programs write them, and what those programs make of two images.

The networks are VGG-16 and ResNets of a 64th of their channels. Descriptors are computed in
double precision from what is in the files, as the programs do it, and not by Whereabouts.
Run it here: python3 make_layouts.py
"""

import json

import h5py
import numpy as np
import scipy.io
import torch
from torch import nn
from torch.nn import functional as F

DIVISOR = 64
K, P = 4, 6
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
CAFFE = ([0.48501960784313836, 0.4579568627450961, 0.4076039215686255], [1 / 255] * 3)

torch.manual_seed(7)
random = np.random.default_rng(7)
blocks = random.integers(0, 256, (2, 6, 8, 3))
pixels = blocks.repeat(8, 1).repeat(8, 2)
pixels = np.clip(pixels + random.integers(-30, 31, pixels.shape), 0, 255).astype(np.uint8)
expected = {}


def width(channels):
    return max(1, round(channels / DIVISOR))


def images(mean, std):
    x = torch.from_numpy(pixels).double().permute(0, 3, 1, 2) / 255
    shape = (1, 3, 1, 1)
    return (x - torch.tensor(mean).double().view(shape)) / torch.tensor(std).double().view(shape)


def vgg16():
    layers, before = [], 3
    for b, block in enumerate([[64] * 2, [128] * 2, [256] * 3, [512] * 3, [512] * 3]):
        layers += [nn.MaxPool2d(2, 2)] if b else []
        for channels in block:
            layers += [nn.Conv2d(before, width(channels), 3, padding=1), nn.ReLU()]
            before = width(channels)
    return start(nn.Sequential(*layers[:-1]))


class Block(nn.Module):
    """A block of a ResNet: basic (two 3 × 3) or bottleneck (1 × 1, 3 × 3, 1 × 1)."""

    def __init__(self, before, planes, stride, basic):
        super().__init__()
        after = planes if basic else 4 * planes
        sizes = [(before, planes, 3, stride), (planes, planes, 3, 1)] if basic else [
            (before, planes, 1, 1), (planes, planes, 3, stride), (planes, after, 1, 1)]
        self.count = len(sizes)
        for i, (a, b, size, s) in enumerate(sizes):
            setattr(self, f"conv{i + 1}", nn.Conv2d(a, b, size, s, size // 2, bias=False))
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(b))
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = x
        for i in range(self.count):
            y = getattr(self, f"bn{i + 1}")(getattr(self, f"conv{i + 1}")(y))
            y = F.relu(y) if i + 1 < self.count else y
        return F.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


def resnet(counts, basic, num_stages):
    stem = width(64)
    layers = [nn.Conv2d(3, stem, 7, 2, 3, bias=False), nn.BatchNorm2d(stem), nn.ReLU(),
              nn.MaxPool2d(3, 2, 1)]
    before = stem
    for s in range(num_stages):
        planes = width(64 * 2**s)
        stage = []
        for i in range(counts[s]):
            stage.append(Block(before, planes, 2 if s and i == 0 else 1, basic))
            before = planes if basic else 4 * planes
        layers.append(nn.Sequential(*stage))
    return start(nn.Sequential(*layers))


def start(network):
    """Weights that let something through, and statistics that are not those of a new layer."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.normal_(module.bias, 0.1, 0.1)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1)
            nn.init.normal_(module.bias, 0.1, 0.1)
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return network.eval()


class NetVlad(nn.Module):
    def __init__(self, dim, bias=False):
        super().__init__()
        self.conv = nn.Conv2d(dim, K, 1, bias=bias)
        self.conv.weight.data *= 10
        self.centroids = nn.Parameter(torch.randn(K, dim) / dim**0.5)

    def forward(self, x):
        x = F.normalize(x, dim=1)
        a = F.softmax(self.conv(x).flatten(2), 1)  # [N, K, P]
        v = a @ x.flatten(2).transpose(1, 2) - a.sum(2)[:, :, None] * self.centroids
        return F.normalize(F.normalize(v, dim=2).flatten(1), dim=1)


class Gem(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.tensor([2.7]))

    def forward(self, x):
        return x.clamp(min=1e-6).pow(self.p).mean((2, 3)).pow(1 / self.p)


class Unit(nn.Module):
    def forward(self, x):
        return F.normalize(x, dim=1)


class Flat(nn.Module):
    def forward(self, x):
        return x.flatten(1)


class Model(nn.Module):
    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)


def parallel(state):
    return {f"module.{name}": value for name, value in state.items()}


def describe(name, parts, normalization=IMAGENET, whiten=None):
    with torch.no_grad():
        x = images(*normalization)
        for part in parts:
            x = part.double()(x)
        if whiten is not None:
            x = F.normalize(whiten.double()(x[:, :, None, None]).flatten(1), dim=1)
    assert (x.std(0) > 1e-3).any() and x.abs().max(0)[0].median() > 1e-3, name
    expected[name] = x.numpy().astype(np.float32)


def make_dvgl():
    backbone = resnet([2, 2, 2, 2], True, 3)
    aggregation = NetVlad(width(256))
    model = Model(backbone=backbone, aggregation=aggregation)
    torch.save({
        "epoch_num": 3, "model_state_dict": parallel(model.state_dict()),
        "optimizer_state_dict": {"state": {}, "param_groups": []},
        "recalls": np.array([50.0, 70.5]), "best_r5": np.float64(70.5), "not_improved_num": 0,
    }, "dvgl_resnet18conv4_netvlad.pth")
    describe("dvgl_resnet18conv4_netvlad", [backbone, aggregation])

    backbone = vgg16()
    aggregation = nn.Sequential(NetVlad(width(512)), nn.Linear(K * width(512), P), Unit())
    model = Model(backbone=backbone, aggregation=aggregation)
    torch.save({"model_state_dict": model.state_dict()}, "dvgl_vgg16_netvlad_fc.pth")
    describe("dvgl_vgg16_netvlad_fc", [backbone, aggregation])

    backbone = resnet([3, 4, 6, 3], False, 4)
    pool = nn.Sequential(Gem(), Unit(), Flat())
    aggregation = nn.Sequential(pool, nn.Linear(4 * width(512), P), Unit())
    model = Model(backbone=backbone, aggregation=aggregation)
    torch.save({"model_state_dict": parallel(model.state_dict())}, "dvgl_resnet50conv5_gem_fc.pth")
    describe("dvgl_resnet50conv5_gem_fc", [backbone, aggregation])


def make_dvgl_before():
    backbone = resnet([2, 2, 2, 2], True, 3)
    aggregation = nn.Sequential(Unit(), Gem(), Flat())
    model = Model(backbone=backbone, aggregation=aggregation)
    torch.save({"model_state_dict": parallel(model.state_dict())}, "dvgl_resnet18conv4_gem_before.pth")
    describe("dvgl_resnet18conv4_gem_before", [backbone, aggregation])


def make_openibl():
    base, pool = vgg16(), NetVlad(width(512))
    pca = nn.Conv2d(K * width(512), P, 1)
    model = Model(base_model=Model(base=base), net_vlad=pool, pca_layer=pca)
    torch.save({"state_dict": parallel(model.state_dict()), "epoch": 5, "best_recall5": 0.9},
               "openibl.pth.tar")
    describe("openibl", [base, pool], CAFFE, pca)


def make_patch_netvlad():
    encoder, pool = vgg16(), NetVlad(width(512), bias=True)
    pca = nn.Conv2d(K * width(512), P, 1).double()
    model = Model(encoder=encoder, pool=pool, WPCA=nn.Sequential(pca))
    torch.save({"num_pcs": P, "state_dict": model.state_dict()}, "patchnetvlad_WPCA6.pth.tar")
    describe("patchnetvlad", [encoder, pool], IMAGENET, pca)


def mat_conv(name, conv, pad):
    w = conv.weight.detach().numpy().transpose(2, 3, 1, 0)
    return {"type": "conv", "name": name, "weights": cell([w, conv.bias.detach().numpy()[:, None]]),
            "stride": np.array([[1.0, 1.0]]), "pad": np.array([[float(pad)] * 4]),
            "dilate": 1.0, "opts": cell([]), "precious": 0.0}


def cell(items):
    array = np.empty((1, len(items)), object)
    for i, item in enumerate(items):
        array[0, i] = item
    return array


def mat_vgg16(network):
    """Layers in the order of relja_swapLayersForEfficiency: pools before the ReLU they come after."""
    layers, b, c = [], 1, 0
    for module in network:
        if isinstance(module, nn.Conv2d):
            c += 1
            layers.append(mat_conv(f"conv{b}_{c}", module, 1))
        elif isinstance(module, nn.ReLU):
            layers.append({"type": "relu", "name": f"relu{b}_{c}", "leak": 0.0, "precious": 0.0})
        else:
            layers.insert(-1, {"type": "pool", "name": f"pool{b}", "method": "max",
                               "pool": np.array([[2.0, 2.0]]), "stride": np.array([[2.0, 2.0]]),
                               "pad": np.array([[0.0] * 4]), "precious": 0.0})
            b, c = b + 1, 0
    return layers


def l2_layer(name, dim):
    return {"type": "normalize", "name": name, "param": np.array([[2.0 * dim, 1e-12, 1.0, 0.5]]),
            "precious": 0.0}


def custom(name, weights=None):
    layer = {"type": "custom", "name": name, "precious": False}
    return layer if weights is None else {**layer, "weights": cell(weights)}


MEAN = np.array([123.68, 116.779, 103.939])


def mat_net(layers):
    image = np.broadcast_to(MEAN.astype(np.float32), (5, 4, 3)).copy()
    meta = {"normalization": {"averageImage": image, "imageSize": np.array([[224.0, 224.0, 3.0]])},
            "netID": "vd16", "sessionID": "vd16_test", "epoch": 0.0}
    return {"layers": cell(layers), "meta": meta}


def describe_mat(name, path):
    """As hloc reads the file, with the norms of Relja's program."""
    net = scipy.io.loadmat(path, struct_as_record=False, squeeze_me=True)["net"]
    x = torch.from_numpy(pixels).double().permute(0, 3, 1, 2)
    x = x - torch.tensor(net.meta.normalization.averageImage[0, 0]).double().view(1, 3, 1, 1)
    smooth = lambda x, dim: x / ((x * x).sum(dim, keepdim=True) + 1e-12).sqrt()
    whole = lambda x: x / (x.norm(dim=1, keepdim=True) + 1e-12)
    layers, i = net.layers, 0
    while layers[i].type in ("conv", "relu", "pool"):
        layer, i = layers[i], i + 1
        if layer.type == "conv":
            w, b = (torch.tensor(part).double() for part in layer.weights)
            w = w.reshape(3, 3, -1, b.numel())
            x = F.conv2d(x, w.permute(3, 2, 0, 1), b.view(-1), padding=1)
        x = F.relu(x) if layer.type == "relu" else x
        x = F.max_pool2d(x, 2, 2) if layer.type == "pool" else x
    if layers[i].name == "max:core":
        expected[name] = whole(x.amax((2, 3))).numpy().astype(np.float32)
        return
    assert [layers[i + j].name for j in range(4)] == ["preL2", "vlad:core", "vlad:intranorm", "postL2"]
    x = smooth(x, 1).flatten(2)  # [N, D, P]
    weights = [torch.tensor(part).double() for part in layers[i + 1].weights]
    score = weights[0].t() @ x + (weights[1].view(1, -1, 1) if len(weights) == 3 else 0)
    a = F.softmax(score, 1)  # [N, K, P]
    centers = -weights[-1]  # [D, K]
    vlad = x @ a.transpose(1, 2) - centers * a.sum(2)[:, None]  # [N, D, K]
    y = whole(smooth(vlad, 1).flatten(1))
    if i + 4 < len(layers):
        w, b = (torch.tensor(part).double() for part in layers[i + 4].weights)
        y = whole(y @ w + b)
    assert y.std(0).max() > 1e-2, name
    expected[name] = y.numpy().astype(np.float32)


def single(*shape):
    return (random.standard_normal(shape) / shape[-2] ** 0.5).astype(np.float32)


def make_matconvnet():
    D = width(512)
    vlad = [l2_layer("preL2", D), custom("vlad:core", [10 * single(1, 1, D, K), single(1, 1, D, K)]),
            l2_layer("vlad:intranorm", D), custom("postL2")]
    pca = {"type": "conv", "name": "WPCA", "weights": cell([single(1, 1, D * K, P), single(P, 1)]),
           "stride": 1.0, "pad": 0.0, "opts": cell([]), "precious": False}
    net = mat_net(mat_vgg16(vgg16()) + vlad + [pca, custom("finalL2")])
    scipy.io.savemat("matconvnet_netvlad_white.mat", {"net": net}, do_compression=True)
    describe_mat("matconvnet_netvlad_white", "matconvnet_netvlad_white.mat")
    write_v73("matconvnet_netvlad_white_v73.mat", {"net": net, "auxData": {"epoch": 3.0}})

    biases = single(1, K)
    vlad[1] = custom("vlad:core", [10 * single(1, 1, D, K), biases, single(1, 1, D, K)])
    net = mat_net(mat_vgg16(vgg16()) + vlad)
    scipy.io.savemat("matconvnet_netvlad_v2.mat", {"net": net}, do_compression=True)
    describe_mat("matconvnet_netvlad_v2", "matconvnet_netvlad_v2.mat")

    net = mat_net(mat_vgg16(vgg16()) + [custom("max:core"), custom("postL2")])
    scipy.io.savemat("matconvnet_max.mat", {"net": net}, do_compression=True)
    describe_mat("matconvnet_max", "matconvnet_max.mat")


def write_v73(path, variables):
    """As MATLAB does: a header of 512 bytes, groups for structs, references for cells."""
    with h5py.File(path, "w", userblock_size=512) as file:
        refs = file.create_group("#refs#")

        def add(group, name, value):
            if isinstance(value, dict):
                item = group.create_group(name)
                for key, part in value.items():
                    add(item, key, part)
                return tag(item, "struct")
            if isinstance(value, np.ndarray) and value.dtype == object:
                if value.size == 0:
                    item = group.create_dataset(name, data=np.array(value.shape, np.uint64))
                    item.attrs["MATLAB_empty"] = np.uint8(1)
                    return tag(item, "cell")
                targets = [add(refs, f"r{len(refs)}", part) for part in value.T.flat]
                data = np.array([target.ref for target in targets], h5py.ref_dtype)
                return tag(group.create_dataset(name, data=data.reshape(value.T.shape)), "cell")
            if isinstance(value, str):
                codes = np.array([[ord(letter)] for letter in value], np.uint16)
                item = tag(group.create_dataset(name, data=codes), "char")
                item.attrs["MATLAB_int_decode"] = np.int32(2)
                return item
            if isinstance(value, bool):
                item = tag(group.create_dataset(name, data=np.array([[value]], np.uint8)), "logical")
                item.attrs["MATLAB_int_decode"] = np.int32(1)
                return item
            array = np.atleast_2d(np.asarray(value))
            kind = {"float32": "single", "float64": "double"}[str(array.dtype)]
            options = {"compression": "gzip", "chunks": True} if array.size > 100 else {}
            return tag(group.create_dataset(name, data=array.T, **options), kind)

        def tag(item, kind):
            item.attrs["MATLAB_class"] = np.bytes_(kind)
            return item

        for name, value in variables.items():
            add(file, name, value)
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(116)
    with open(path, "r+b") as file:
        file.write(header + bytes(8) + b"\x00\x02IM")


make_dvgl()
make_openibl()
make_patch_netvlad()
make_matconvnet()
make_dvgl_before()
numbers = {name: values.tolist() for name, values in expected.items()}
with open("descriptors.json", "w") as file:
    size = {"count": 2, "height": 48, "width": 64}
    json.dump({"images": {**size, "pixels": "pixels.bin"}, "descriptors": numbers}, file)
pixels.tofile("pixels.bin")
