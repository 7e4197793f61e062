"""One scan to a table that pandas takes.

usage: one_scan.py SCAN MUSCLES.nii.gz LEVELS.nii.gz TABLE.tsv

Separates water and fat, measures every muscle, level and side, and writes a row each. Fractions are 0 to 1, lengths in mm;
what is not known is n/a. Needs python3-fascicle (doc/cohort.md); pandas only for the summary.
"""
import csv
import math
import sys

import fascicle

scan, muscles, levels, out = sys.argv[1:5]
maps = fascicle.separate(scan)
table = fascicle.measure(maps, muscles, levels)

# A row is a dict. Fields that are lists (such as the histogram) have no place in a plain table.
rows = [{name: value for name, value in row.items() if not isinstance(value, list)} for row in table]
for row in rows:
    for name, value in row.items():
        if isinstance(value, float) and not math.isfinite(value):
            row[name] = "n/a"
with open(out, "w", encoding="utf-8", newline="") as file:
    writer = csv.DictWriter(file, rows[0].keys(), delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
print(f"{len(rows)} rows, {len(rows[0])} columns, from a grid of {' x '.join(map(str, maps.pdff_fraction.shape))} voxels")

try:
    import pandas
except ImportError:
    print("skipped: the summary (python3-pandas is not installed)")
    sys.exit()
frame = pandas.read_csv(out, sep="\t", na_values="n/a")
sites = frame[frame.kind == "site"]
print((100 * sites.pivot_table(values="pdff_mean_fraction", index="muscle", columns="level")).round(1).to_string())
