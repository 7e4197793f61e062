#!/usr/bin/env python3
"""The same person in a scanner that stores its slices otherwise: copies every NIfTI file of a dataset with its axes
turned. usage: turn.py axial|las|sagittal|oblique IN OUT"""
import gzip
import math
import pathlib
import shutil
import struct
import sys

how, source, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


def turn(path, to):
    data = bytearray(gzip.decompress(path.read_bytes()))
    nx, ny, nz = struct.unpack_from("<3h", data, 42)
    size = struct.unpack_from("<h", data, 72)[0] // 8
    offset = int(struct.unpack_from("<f", data, 108)[0])
    rows = [list(struct.unpack_from("<4f", data, 280 + 16 * r)) for r in range(3)]
    voxels, dim = data[offset:], (nx, ny, nz)
    if how == "las":
        voxels = b"".join(voxels[(i + nx * y) * size:(i + nx * y + 1) * size] for y in range(ny * nz) for i in range(nx - 1, -1, -1))
        for row in rows:
            row[3] += row[0] * (nx - 1)
            row[0] = -row[0]
    elif how == "sagittal":  # i to the back, j to the foot, slices from right to left, as the makers store them
        dim = (ny, nz, nx)
        voxels = b"".join(voxels[((nx - 1 - k) + nx * ((ny - 1 - i) + ny * (nz - 1 - j))) * size:][:size]
                          for k in range(nx) for j in range(nz) for i in range(ny))
        for row in rows:
            row[3] += row[0] * (nx - 1) + row[1] * (ny - 1) + row[2] * (nz - 1)
            row[0], row[1], row[2] = -row[1], -row[2], -row[0]
    elif how == "oblique":
        c, s = math.cos(math.radians(14)), math.sin(math.radians(14))
        old = [row[:] for row in rows]
        rows[1] = [c * a - s * b for a, b in zip(old[1], old[2])]
        rows[2] = [s * a + c * b for a, b in zip(old[1], old[2])]
    struct.pack_into("<3h", data, 42, *dim)
    mm = [math.sqrt(sum(row[d] ** 2 for row in rows)) for d in range(3)]
    struct.pack_into("<3f", data, 80, *mm)
    struct.pack_into("<hh", data, 252, 0, 1)  # sform alone
    for r in range(3):
        struct.pack_into("<4f", data, 280 + 16 * r, *rows[r])
    to.write_bytes(gzip.compress(bytes(data[:offset]) + voxels, 1))


for path in sorted(source.rglob("*")):
    to = target / path.relative_to(source)
    if path.is_dir():
        to.mkdir(parents=True, exist_ok=True)
        continue
    to.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(".nii.gz"):
        turn(path, to)
    else:
        shutil.copy(path, to)
