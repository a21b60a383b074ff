"""Copies a golden case into the JSON that read_arrays.ts reads.

    python3 copy_case.py GOLDEN_FOLDER CASE [DATASET …]

CASE is such as c_triplet/b3_d64; all of its datasets are copied unless some are named.
"""
import base64
import json
import sys
from pathlib import Path

import h5py

HERE = Path(__file__).parent


def store(values):
    return {
        "dtype": str(values.dtype),
        "shape": list(values.shape),
        "base64": base64.b64encode(values.tobytes()).decode(),
    }


def main(golden_folder, case, *names):
    source = Path(golden_folder) / case
    about = json.loads(source.with_suffix(".json").read_text())
    with h5py.File(source.with_suffix(".h5")) as file:
        arrays = {
            name: store(file[name][()]) for name in names or about["datasets"]
        }
    copy = {
        "about": f"{case} of the golden cases: {about['description']}",
        "scalars": about["scalars"],
        "tolerances": {
            name: {key: value for key, value in entry.items() if key in ("rtol", "atol")}
            for name, entry in about["tolerances"].items()
        },
        "notes": about["notes"],
        "arrays": arrays,
    }
    target = HERE / f"{case}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(copy, indent=2, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
