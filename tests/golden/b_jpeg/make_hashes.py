"""Writes hashes.json: shape and SHA-256 of the RGB pixels of the JPEGs beside this file.

    python3 make_hashes.py DECODED_H5

DECODED_H5 holds the pixels that PIL 9.4 with libjpeg-turbo gives; for grey and
CMYK files those of convert("RGB").
"""
import hashlib
import json
import sys
from pathlib import Path

import h5py

HERE = Path(__file__).parent


def main(decoded_h5):
    hashes = {}
    with h5py.File(decoded_h5) as decoded:
        for jpeg in sorted(HERE.glob("*.jpg")):
            rgb = f"{jpeg.stem}_rgb"
            pixels = decoded[rgb if rgb in decoded else jpeg.stem][()]
            hashes[jpeg.name] = {
                "shape": list(pixels.shape),
                "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
            }
    text = json.dumps(hashes, indent=2) + "\n"
    (HERE / "hashes.json").write_text(text)


main(sys.argv[1])
