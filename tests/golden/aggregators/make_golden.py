"""Makes descriptors, gradients and region grids of the aggregation layers, in double precision.

    python3 make_golden.py        (torch 1.13, numpy, h5py)

Writes beside this file: cases.json, the options of each case and region grids; numbers.hdf5,
features "x", and for each case by its index parameters, descriptors, and gradients of
sum(descriptors * cos(0, 1, 2, ...)) in features and parameters. Layout is NCHW. Formulas are
those of the papers that lib/model names.
"""
import json
import math
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import torch
from torch.nn.functional import normalize

HERE = Path(__file__).parent
N, D, H, W = 2, 4, 4, 6
EPS = 1e-6


def unit(rows):
    return normalize(rows, dim=-1)


def spoc_with_prior(x, _):
    sigma = min(H, W) / 2 / 3
    out = torch.zeros(N, D, dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            squared = (i + 0.5 - H / 2) ** 2 + (j + 0.5 - W / 2) ** 2
            out = out + math.exp(-squared / (2 * sigma**2)) * x[:, :, i, j]
    return unit(out)


def weights_of(x, params):
    if "pool.score.weight" not in params:
        return torch.full((N, 1, H, W), 1 / (H * W), dtype=x.dtype)
    weight, bias = params["pool.score.weight"], params["pool.score.bias"]
    shares = torch.sigmoid(torch.nn.functional.conv2d(x, weight, bias))
    return shares / shares.sum(dim=(2, 3), keepdim=True)


def clamped(p):
    """GeM as Radenović et al. have it."""

    def pool(x, params):
        power = params["pool.p"] if "pool.p" in params else torch.tensor([p], dtype=x.dtype)
        powers = x.clamp(min=EPS) ** power.view(1, -1, 1, 1)
        mean = (powers * weights_of(x, params)).sum(dim=(2, 3))
        return unit(mean ** (1 / power))

    return pool


def signed(x, params):
    """GeM as CGD has it."""
    mean = (x**3 * weights_of(x, params)).sum(dim=(2, 3))
    return unit(torch.sign(mean) * mean.abs() ** (1 / 3))


def before(pool):
    """A pooling of unit vectors, not normalised after it, as in deep-visual-geo-localization-benchmark."""
    return lambda x, params: pool(normalize(x, dim=1), params)


def gem_of_units(x, params):
    return (x.clamp(min=EPS) ** params["pool.p"]).mean(dim=(2, 3)) ** (1 / params["pool.p"])


def regions(height, width, levels):
    """Grid of R-MAC: [size, first rows, first columns] of each scale, in exact arithmetic."""
    side, longest = min(height, width), max(height, width)
    errors = [abs(1 - Fraction(longest - side, side * (count - 1)) - Fraction(4, 10)) for count in range(2, 8)]
    return lay(height, width, levels, 1 + errors.index(min(errors)), Fraction)


def regions_in_double(height, width, levels):
    """The same rounded as in the program of G. Tolias."""
    side, longest = min(height, width), max(height, width)
    stride = (longest - side) / (np.arange(2.0, 8.0) - 1)
    errors = np.abs((side**2 - side * stride) / side**2 - 0.4)
    return lay(height, width, levels, 1 + int(np.argmin(errors)), float)


def lay(height, width, levels, more, number):
    found = []
    for level in range(1, levels + 1):
        size = math.floor(2 * min(height, width) / (level + 1))
        if size == 0:
            continue
        half = math.floor(size / 2 - 1)

        def firsts(length, is_longer):
            gaps = level + (more if is_longer else 0) - 1
            step = number(length - size) / gaps if gaps else 0
            return [math.floor(half + index * step) - half for index in range(gaps + 1)]

        found.append([size, firsts(height, height > width), firsts(width, width > height)])
    return found


def rmac(levels):
    def pool(x, params):
        total = torch.zeros(N, D, dtype=x.dtype)
        for size, tops, lefts in regions(H, W, levels):
            for i in tops:
                for j in lefts:
                    region = x.clamp(min=0)[:, :, i : i + size, j : j + size]
                    vector = unit(region.amax(dim=(2, 3)))
                    if "pool.whiten.weight" in params:
                        turned = vector @ params["pool.whiten.weight"].T
                        vector = unit(turned + params["pool.whiten.bias"])
                    total = total + vector
        return unit(total)

    return pool


def crow(x, _):
    active = x.clamp(min=0)
    rows = []
    for image in active:
        mass = image.sum(dim=0)
        shares = mass / (mass**2).sum() ** 0.5
        spatial = torch.where(shares > 0, shares, torch.tensor(1e-30).double()) ** 0.5
        density = (image > 0).double().mean(dim=(1, 2))
        rarity = torch.log(density.sum() / density)
        rows.append((image * spatial).sum(dim=(1, 2)) * rarity)
    return unit(torch.stack(rows))


def draw(generator, *shape):
    return torch.tensor(generator.integers(-64, 65, shape) / 64.0)


def main():
    generator = np.random.default_rng(1)
    # All values of a channel differ, so that a maximum has one gradient.
    grid = np.stack([
        np.stack([generator.choice(np.arange(-40, 89), H * W, replace=False).reshape(H, W) for _ in range(D)])
        for _ in range(N)
    ])
    grid[grid == 0] = 1
    score = {"pool.score.weight": draw(generator, 1, D, 1, 1), "pool.score.bias": draw(generator, 1)}
    channels = torch.tensor([1.5, 2.25, 3.0, 4.5], dtype=torch.float64)
    whiten = {"pool.whiten.weight": draw(generator, D, D), "pool.whiten.bias": draw(generator, D)}
    one = {"pool.p": torch.tensor([3.0], dtype=torch.float64)}
    cases = [
        ({"pooling": "avg", "centerPrior": True}, {}, spoc_with_prior),
        ({"pooling": "gem"}, {}, signed),
        ({"pooling": "gem", "gemP": 2.5}, {}, clamped(2.5)),
        ({"pooling": "gem", "gemPower": "learned"}, one, clamped(None)),
        ({"pooling": "gem", "gemPower": "per-channel"}, {"pool.p": channels}, clamped(None)),
        ({"pooling": "wgem"}, score, signed),
        ({"pooling": "wgem", "gemP": 1.75}, score, clamped(1.75)),
        ({"pooling": "wgem", "gemPower": "learned"}, {**score, **one}, clamped(None)),
        ({"pooling": "wgem", "gemPower": "per-channel"}, {**score, "pool.p": channels}, clamped(None)),
        ({"pooling": "rmac", "rmacLevels": 1}, {}, rmac(1)),
        ({"pooling": "rmac"}, {}, rmac(3)),
        ({"pooling": "rmac", "rmacLevels": 8}, {}, rmac(8)),
        ({"pooling": "rmac", "rmacWhiten": True}, whiten, rmac(3)),
        ({"pooling": "crow"}, {}, crow),
        ({"pooling": "avg", "poolNorm": "before"}, {}, before(lambda x, _: x.mean(dim=(2, 3)))),
        ({"pooling": "max", "poolNorm": "before"}, {}, before(lambda x, _: x.amax(dim=(2, 3)))),
        ({"pooling": "gem", "gemPower": "learned", "poolNorm": "before"}, one, before(gem_of_units)),
    ]
    with h5py.File(HERE / "numbers.hdf5", "w", libver="latest") as file:
        file["x"] = grid / 64.0
        for index, (_, params, pool) in enumerate(cases):
            write(file.create_group(str(index)), grid / 64.0, params, pool)
    sizes = [(1, 1, 3), (2, 2, 8), (1, 7, 3), (5, 2, 4), (5, 9, 3), (9, 5, 3), (7, 7, 8), (3, 50, 3),
             (30, 40, 3), (23, 30, 3), (14, 14, 3), (100, 40, 5), (13, 16, 8), (12, 31, 4)]
    # Of two numbers of regions that are as good, rounding chooses in double precision.
    differing = [size for size in sizes if regions(*size) != regions_in_double(*size)]
    assert differing == [(5, 9, 3), (9, 5, 3)], differing
    written = {
        "cases": [options for options, _, _ in cases],
        "regions": [{"size": [h, w], "levels": levels, "scales": regions(h, w, levels)} for h, w, levels in sizes],
    }
    (HERE / "cases.json").write_text(json.dumps(written))  # then deno fmt


def write(group, grid, params, pool):
    x = torch.tensor(grid, requires_grad=True)
    leaves = {name: value.clone().requires_grad_() for name, value in params.items()}
    out = pool(x, leaves)
    probe = torch.cos(torch.arange(out.numel(), dtype=torch.float64)).view(out.shape)
    (out * probe).sum().backward()
    group["descriptors"] = out.detach().numpy()
    group["gradient"] = x.grad.numpy()
    for name, leaf in leaves.items():
        group[f"params/{name}"] = leaf.detach().numpy()
        group[f"gradients/{name}"] = leaf.grad.numpy()


if __name__ == "__main__":
    main()
