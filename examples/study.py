"""A study: do two groups differ, muscle by muscle?

usage: study.py STUDY COLUMN [TABLE.tsv]

STUDY is a folder after `fascicle cohort ... group`; COLUMN one of participants.tsv with two words in it, such as group. The
value of a person is the mean over the sites of a muscle (one visit each, the first). Printed are the means, their
difference with a 95 % interval (bootstrap over people, seed 1), and a permutation p value, which nothing is corrected for.
An association in a study is no proof of a person's course. Needs numpy.
"""
import csv
import sys

import numpy

study, column = sys.argv[1:3]
with open(f"{study}/group_sites.tsv", encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file, delimiter="\t") if row["kind"] == "site"]
if f"participants_{column}" not in rows[0]:
    sys.exit(f"participants.tsv has no column {column}")
first = {}  # a person's first visit
for row in rows:
    first.setdefault(row["participant_id"], row["session_id"])
values, word = {}, {}
for row in rows:
    person = row["participant_id"]
    if row["session_id"] != first[person] or row["pdff_mean_fraction"] == "n/a":
        continue
    values.setdefault(row["muscle"], {}).setdefault(person, []).append(float(row["pdff_mean_fraction"]))
    word[person] = row[f"participants_{column}"]
words = sorted({w for w in word.values() if w != "n/a"})
if len(words) != 2:
    sys.exit(f"column {column} has {len(words)} words ({', '.join(words)}); two are compared")


def difference(a, b):
    return b.mean() - a.mean()


draw = numpy.random.default_rng(1)
lines = [["muscle", f"n_{words[0]}", f"n_{words[1]}", f"mean_{words[0]}_fraction", f"mean_{words[1]}_fraction",
          "difference_fraction", "low_fraction", "high_fraction", "p_permutation"]]
for muscle, people in sorted(values.items()):
    a, b = (numpy.array([numpy.mean(v) for p, v in people.items() if word[p] == w]) for w in words)
    if min(len(a), len(b)) < 2:
        continue
    seen = difference(a, b)
    again = [difference(draw.choice(a, len(a)), draw.choice(b, len(b))) for _ in range(2000)]
    both = numpy.concatenate([a, b])
    shuffled = [difference(s[:len(a)], s[len(a):]) for s in (draw.permutation(both) for _ in range(2000))]
    p = (1 + sum(abs(s) >= abs(seen) for s in shuffled)) / 2001
    low, high = numpy.quantile(again, [0.025, 0.975])
    lines.append([muscle, len(a), len(b)] + [f"{x:.6f}" for x in (a.mean(), b.mean(), seen, low, high)] + [f"{p:.4f}"])
    print(f"{muscle}: {words[1]} less {words[0]} {100 * seen:+.1f} points of fat ({100 * low:+.1f} to {100 * high:+.1f}), p {p:.3f}")
if len(sys.argv) > 3:
    with open(sys.argv[3], "w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(lines)
