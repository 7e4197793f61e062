"""A figure: each level of a muscle, a dot a person, in the colours of a column of participants.tsv.

usage: figure.py STUDY MUSCLE COLUMN FIGURE.png

STUDY is a folder after `fascicle cohort ... group`. Left and right are averaged. Needs matplotlib.
"""
import csv
import sys

try:
    import matplotlib
except ImportError:
    print("skipped: the figure (python3-matplotlib is not installed)")
    sys.exit(77)
matplotlib.use("Agg")  # no screen needed
from matplotlib import pyplot

study, muscle, column, out = sys.argv[1:5]
dots = {}  # (level, person and visit): group, both sides
with open(f"{study}/group_sites.tsv", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file, delimiter="\t"):
        if row["kind"] != "site" or row["muscle"] != muscle or row["pdff_mean_fraction"] == "n/a":
            continue
        key = row["level"], row["participant_id"], row["session_id"]
        dots.setdefault(key, (row.get(f"participants_{column}", "n/a"), []))[1].append(float(row["pdff_mean_fraction"]))
if not dots:
    sys.exit(f"no site of {muscle} in {study}/group_sites.tsv")
levels = sorted({key[0] for key in dots}, key=lambda level: ("CTLS".find(level[0]), int(level[1:].split("-")[0])))
groups = sorted({group for group, _ in dots.values()})
figure, axes = pyplot.subplots(figsize=(6, 4), constrained_layout=True)
for g, group in enumerate(groups):
    shift = (g + 1) / (len(groups) + 1) - 0.5
    at = [(levels.index(key[0]) + 0.6 * shift, 100 * sum(v) / len(v)) for key, (word, v) in dots.items() if word == group]
    axes.plot(*zip(*at), "o", markersize=4, alpha=0.7, label=f"{group} ({len({k[1] for k, d in dots.items() if d[0] == group})})")
axes.set_xticks(range(len(levels)), levels)
axes.set_ylabel("fat fraction, %")
axes.set_title(muscle.replace("_", " "))
axes.legend(frameon=False)
figure.savefig(out, dpi=150, metadata={"Software": None})
print(f"{out}: {len(dots)} dots, levels {levels[0]} to {levels[-1]}")
