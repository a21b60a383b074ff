"""Makes PNG and WebP files of every kind, and what Pillow does to images.

    python3 make_golden.py        (Pillow 9.4, numpy)

Writes beside this file: *.png and *.webp with decoded.json (shape and SHA-256 of
convert("RGB")), resized.json (of Image.resize) and oriented.json (of
ImageOps.exif_transpose). JPEGs are taken from ../b_jpeg.
"""
import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).parent
JPEGS = HERE.parent / "b_jpeg"
FILTERS = {
    "nearest": Image.NEAREST,
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "lanczos": Image.LANCZOS,
}
# Reductions, enlargements, one axis only, extreme aspect, one pixel.
SIZES = {
    "odd_420.jpg": [(64, 48), (200, 150), (131, 40), (50, 93), (1, 1), (7, 301)],
    "noise_q100_444.jpg": [(32, 24), (47, 65), (129, 10)],
    "vga_420.jpg": [(320, 240), (224, 224)],
}


def digest(image):
    pixels = np.asarray(image)
    return {
        "shape": list(pixels.shape),
        "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
    }


def write_json(name, content):
    (HERE / name).write_text(json.dumps(content, indent=2) + "\n")


def write_png16(path, pixels):
    """PIL cannot write 16 bits per channel: a PNG by hand, [H, W] or [H, W, 3]."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = pixels.shape[:2]
    color_type = 2 if pixels.ndim == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    rows = pixels.astype(">u2").reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )


def make_files():
    source = Image.open(JPEGS / "odd_420.jpg").resize((37, 23))
    alpha = Image.linear_gradient("L").resize(source.size)
    rgba = source.copy()
    rgba.putalpha(alpha)
    grey_alpha = source.convert("L")
    grey_alpha.putalpha(alpha)
    palette = source.convert("P", palette=Image.ADAPTIVE, colors=13)
    source.save(HERE / "rgb.png")
    rgba.save(HERE / "rgba.png")
    source.convert("L").save(HERE / "grey.png")
    grey_alpha.save(HERE / "grey_alpha.png")
    source.convert("1").save(HERE / "grey_1bit.png")
    palette.save(HERE / "palette.png")
    palette.save(HERE / "palette_transparent.png", transparency=3)
    pixels16 = np.random.RandomState(1).randint(0, 65536, (9, 11, 3))
    write_png16(HERE / "rgb_16bit.png", pixels16)
    write_png16(HERE / "grey_16bit.png", pixels16[..., 0])
    source.save(HERE / "lossy.webp", quality=80)
    source.save(HERE / "lossless.webp", lossless=True)
    rgba.save(HERE / "lossy_alpha.webp", quality=80)
    frames = [source, source.transpose(Image.ROTATE_180)]
    frames[0].save(HERE / "animated.webp", save_all=True, append_images=frames[1:])
    # PIL clips 16-bit grey to 255; the upper 8 bits are what is meant.
    expected_grey16 = np.repeat((pixels16[..., :1] >> 8).astype(np.uint8), 3, axis=2)
    return {"grey_16bit.png": digest(expected_grey16)}


def main():
    decoded = make_files()
    for path in sorted([*HERE.glob("*.png"), *HERE.glob("*.webp")]):
        if path.name not in ("grey_16bit.png", "animated.webp"):
            decoded[path.name] = digest(Image.open(path).convert("RGB"))
    write_json("decoded.json", dict(sorted(decoded.items())))

    resized = [
        {"file": name, "width": size[0], "height": size[1], "filter": filter_name,
         **digest(Image.open(JPEGS / name).resize(size, FILTERS[filter_name]))}
        for name, sizes in SIZES.items() for size in sizes for filter_name in FILTERS
    ]
    write_json("resized.json", resized)

    oriented = {}
    for orientation in range(1, 9):
        image = Image.open(JPEGS / "odd_420.jpg")
        exif = image.getexif()
        exif[0x0112] = orientation
        buffer = io.BytesIO()
        image.save(buffer, "PNG", exif=exif)
        upright = ImageOps.exif_transpose(Image.open(buffer))
        oriented[str(orientation)] = digest(upright.convert("RGB"))
    oriented["exif_rot6.jpg"] = digest(ImageOps.exif_transpose(Image.open(JPEGS / "exif_rot6.jpg")))
    write_json("oriented.json", oriented)


main()
