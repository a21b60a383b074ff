"""Writes cars_annos.mat as its authors did: a struct array of one row, compressed (SciPy)."""
import numpy as np
from scipy.io import savemat

FIELDS = ["relative_im_path", "bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "class", "test"]
CLASSES = [1, 98, 99, 196, 98, 99]

annotations = np.zeros((1, len(CLASSES)), dtype=[(field, object) for field in FIELDS])
for i, label in enumerate(CLASSES):
    annotations[0, i] = (f"car_ims/{i + 1:06d}.jpg", 10, 20, 300, 200, label, i % 2)
names = np.array([[f"class {i}" for i in range(3)]], dtype=object)
savemat("cars_annos.mat", {"annotations": annotations, "class_names": names}, do_compression=True)
