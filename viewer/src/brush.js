/* The voxels of a dab: a disc in the slice, of a diameter in mm, around one voxel. */
export function disc(picture, [x, y, z], diameterMm) {
  const centre = [x, y, z], [across, down] = picture.axes, { dim, spacing } = picture;
  const radius = diameterMm / 2, found = [];
  const na = Math.floor(radius / spacing[across]), nd = Math.floor(radius / spacing[down]);
  for (let a = -na; a <= na; a++)
    for (let d = -nd; d <= nd; d++) {
      const vox = [...centre];
      vox[across] += a;
      vox[down] += d;
      const outside = vox.some((v, i) => v < 0 || v >= dim[i]);
      if (!outside && Math.hypot(a * spacing[across], d * spacing[down]) <= radius + 1e-9) found.push(vox);
    }
  return found;
}

/* From one voxel to the next without a gap. */
export function line(from, to) {
  const steps = Math.max(1, ...from.map((v, i) => Math.abs(to[i] - v)));
  return Array.from({ length: steps }, (_, s) => from.map((v, i) => Math.round(v + ((to[i] - v) * (s + 1)) / steps)));
}
