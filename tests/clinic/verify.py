#!/usr/bin/env python3
"""Holds the objects to what they were made from: every number of the report to the table, every pixel of the
segmentation to the site map, codes and units to the table of codes. Reads DICOM and NIfTI by itself.
usage: verify.py OUT CODES_TSV [norms]"""
import csv
import gzip
import json
import math
import pathlib
import struct
import sys

out, codes_path = pathlib.Path(sys.argv[1]), sys.argv[2]
faults = []


def say(text):
    faults.append(text)
    if len(faults) < 20:
        print(text)


def parse(data, at, end):
    """Explicit VR, little endian, explicit lengths -> {tag: value}; sequences are lists."""
    found = {}
    while at < end:
        group, element = struct.unpack_from("<HH", data, at)
        vr = data[at + 4:at + 6].decode()
        if vr in ("OB", "OW", "SQ", "UT", "UN", "OF"):
            length, at = struct.unpack_from("<I", data, at + 8)[0], at + 12
        else:
            length, at = struct.unpack_from("<H", data, at + 6)[0], at + 8
        raw = data[at:at + length]
        if vr == "SQ":
            value, inner = [], at
            while inner < at + length:
                size = struct.unpack_from("<I", data, inner + 4)[0]
                value.append(parse(data, inner + 8, inner + 8 + size))
                inner += 8 + size
        elif vr == "US":
            value = list(struct.unpack(f"<{length // 2}H", raw))
        elif vr == "UL":
            value = list(struct.unpack(f"<{length // 4}I", raw))
        elif vr in ("OB", "OW", "AT"):
            value = raw
        else:
            value = raw.decode("latin-1").rstrip(" \0")
        found[f"{group:04x},{element:04x}"] = value
        at += length
    return found


def dicom(path):
    data = path.read_bytes()
    assert data[128:132] == b"DICM"
    return parse(data, 132, len(data))


def one(pattern):
    paths = list(out.rglob(pattern))
    assert len(paths) == 1, (pattern, paths)
    return paths[0]


table = {}
with open(codes_path) as lines:
    for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"):
        table.setdefault((row["value"], row["scheme"]), set()).add(row["meaning"])
with open(pathlib.Path(codes_path).parents[1] / "levels.tsv") as lines:
    for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"):
        table.setdefault((row["snomed"], "SCT"), set()).add(row["level"] + " vertebra")
with open(pathlib.Path(codes_path).parents[1] / "norms.tsv") as lines:
    published = {row["norm_id"] for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")}
UNITS = {"%": "percent", "1": "no units", "mm2": "square millimeter", "mm3": "cubic millimeter"}
UNIT_OF = {"Fat fraction": "%", "Standard error of the mean": "%", "Standard error for the label border": "%", "Volume": "mm3", "Z-Score of measurement": "1",
           "Largest cross-sectional area square to the spine": "mm2", "Percentile Ranking of measurement": "%"}


def check_codes(item):
    for value in item.values():
        for part in value if isinstance(value, list) else []:
            if not isinstance(part, dict):
                continue
            if "0008,0100" in part:
                key = part["0008,0100"], part["0008,0102"]
                if part["0008,0104"] not in table.get(key, ()):
                    say(f"code {key} {part['0008,0104']} is not in the table")
            check_codes(part)


sr, seg = dicom(one("*_SR.dcm")), dicom(one("*_SEG.dcm"))
check_codes(sr), check_codes(seg)

# The segmentation against the site map.
map_path = one("*_desc-sites_dseg.nii.gz")
nifti = gzip.decompress(map_path.read_bytes())
dim = struct.unpack_from("<3h", nifti, 42)
affine = [struct.unpack_from("<4f", nifti, 280 + 16 * r) for r in range(3)]
start = int(struct.unpack_from("<f", nifti, 108)[0])
label = struct.unpack_from(f"<{dim[0] * dim[1] * dim[2]}i", nifti, start)
with open(str(map_path).replace(".nii.gz", ".tsv")) as lines:
    site = {int(r["index"]): (r["muscle"], r["level"], r["side"]) for r in csv.DictReader(lines, delimiter="\t")}
(a, b, c), (d, e, f), (g, h, i) = [row[:3] for row in affine]
det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
inverse = [[(e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det],
           [(f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det],
           [(d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det]]


def voxel(lps):
    mm = [-lps[0] - affine[0][3], -lps[1] - affine[1][3], lps[2] - affine[2][3]]
    at = [sum(inverse[r][k] * mm[k] for k in range(3)) for r in range(3)]
    near = [round(x) for x in at]
    if max(abs(x - n) for x, n in zip(at, near)) > 0.1:
        say(f"a pixel lies between voxels: {at}")
    return near[0] + dim[0] * (near[1] + dim[1] * near[2])


shared = seg["5200,9229"][0]
direction = [float(x) for x in shared["0020,9116"][0]["0020,0037"].split("\\")]
spacing = [float(x) for x in shared["0028,9110"][0]["0028,0030"].split("\\")]
rows, columns = seg["0028,0010"][0], seg["0028,0011"][0]
frames, bits = seg["5200,9230"], seg["7fe0,0010"]
if int(seg["0028,0008"]) != len(frames):
    say("the number of frames is wrong")
name_of = {s["0062,0004"][0]: s["0062,0005"] for s in seg["0062,0002"]}
uid_of = {s["0062,0004"][0]: s["0062,0021"] for s in seg["0062,0002"]}
bones = {n for n, name in name_of.items() if " vertebra" in name}  # tests/clinic/check reads them back
painted, site_of = {}, {}
for n, frame in enumerate(frames):
    number = frame["0062,000a"][0]["0062,000b"][0]
    first = [float(x) for x in frame["0020,9113"][0]["0020,0032"].split("\\")]
    on = 0
    for r in range(rows):
        for k in range(columns):
            bit = n * rows * columns + r * columns + k
            if not bits[bit // 8] >> bit % 8 & 1:
                continue
            v = voxel([first[x] + k * spacing[1] * direction[x] + r * spacing[0] * direction[3 + x] for x in range(3)])
            on += 1
            if number in bones:
                continue
            if painted.setdefault(v, number) != number:
                say(f"voxel {v} is in two segments")
            if site_of.setdefault(number, label[v]) != label[v] or not label[v]:
                say(f"segment {number} covers site {label[v]} besides {site_of[number]}")
    if not on:
        say(f"frame {n} is empty")
if len(painted) != sum(1 for v in label if v):
    say(f"{len(painted)} voxels are painted, {sum(1 for v in label if v)} have a site")
if sorted(name_of) != sorted([*site_of, *bones]) or sorted(name_of) != list(range(1, len(name_of) + 1)):
    say("segments are not numbered through, or one is empty")

# The report against the table.
with open(one("*_sites.tsv")) as lines:
    rows_of = {(r["muscle"], r["level"], r["side"]): r for r in csv.DictReader(lines, delimiter="\t")}


def meaning(item):
    return item["0040,a043"][0]["0008,0104"] if "0040,a043" in item else ""


def near(x, text, factor=1):
    return math.isclose(float(x), factor * float(text), rel_tol=2e-9, abs_tol=1e-12)


boxes = {meaning(item): item for item in sr["0040,a730"]}
groups = [item for item in boxes["Imaging Measurements"]["0040,a730"] if meaning(item) == "Measurement Group"]
seen = n_z = 0
for group in groups:
    number, values, uid = None, {}, ""
    for item in group["0040,a730"]:
        if meaning(item) == "Referenced Segment":
            number = item["0008,1199"][0]["0062,000b"][0]
            if item["0008,1199"][0]["0008,1155"] != seg["0008,0018"]:
                say("a group points to another segmentation")
        if meaning(item) == "Tracking Unique Identifier":
            uid = item["0040,a124"]
        for part in [item] + item.get("0040,a730", []):
            if part["0040,a040"] != "NUM":
                continue
            measured = part["0040,a300"][0]
            unit = measured["0040,08ea"][0]
            if unit["0008,0102"] != "UCUM" or UNIT_OF[meaning(part)] != unit["0008,0100"] or \
                    UNITS[unit["0008,0100"]] != unit["0008,0104"]:
                say(f"unit of {meaning(part)}: {unit}")
            if len(measured["0040,a30a"]) > 16:
                say("a number is longer than a decimal string may be")
            values[meaning(part)] = measured["0040,a30a"]
    if uid != uid_of[number]:
        say("report and segmentation call a site by two UIDs")
    row = rows_of[site[site_of[number]]]
    seen += 1
    for name, column, factor in (("Fat fraction", "pdff_mean_fraction", 100), ("Standard error of the mean", "pdff_se_fraction", 100),
                                 ("Standard error for the label border", "pdff_se_label_fraction", 100), ("Volume", "volume_mm3", 1), ("Largest cross-sectional area square to the spine", "csa_mm2", 1),
                                 ("Z-Score of measurement", "z", 1), ("Percentile Ranking of measurement", "percentile", 1)):
        missing = row[column] in ("n/a", "")
        if column in ("z", "percentile") and row["norm_id"] not in published:
            missing = True  # a model's band is no published norm
        n_z += column == "z" and not missing
        if missing != (name not in values) or (not missing and not near(values[name], row[column], factor)):
            say(f"{name_of[number]}: {name} is {values.get(name)}, the table says {row[column]}")
expected = sum(site[s] in rows_of for s in site_of.values())
if seen != expected or seen < 20:
    say(f"{seen} groups, {expected} segments have a row")
if "norms" in sys.argv and not n_z:
    say("no site has a z, and the test is of that")
bundle = json.loads(one("*_fhir.json").read_text())
resources = [entry["resource"] for entry in bundle["entry"]]
told = {r["bodySite"]["text"]: r for r in resources if r["resourceType"] == "Observation"}
for number, label_value in site_of.items():
    row = rows_of.get(site[label_value])
    observation = told.pop(name_of[number], None)
    if not row or row["pdff_mean_fraction"] == "n/a":
        continue
    if not observation or not near(observation["valueQuantity"]["value"], row["pdff_mean_fraction"], 100):
        say(f"{name_of[number]}: the bundle has another fat fraction")
        continue
    parts = {c["code"]["text"]: c["valueQuantity"] for c in observation["component"]}
    if ("Z-Score of measurement" in parts) != (row["norm_id"] in published):
        say(f"{name_of[number]}: z in the bundle")
    for name, value in parts.items():
        if value["code"] != UNIT_OF[name]:
            say(f"{name}: unit {value}")
    if observation["status"] != "preliminary":
        say("an observation is called final")
if told:
    say(f"the bundle tells of {list(told)[:3]}, which have no segment")
kinds = [r["resourceType"] for r in resources]
if "stop" in sys.argv:
    high = [r for r in resources if r["resourceType"] == "DetectedIssue" and r["severity"] == "high"]
    if not high or "CarePlan" in kinds or not sr["0008,103e"].startswith("STOP"):
        say("a red flag is no high issue, or a programme stands beside it")
for plan in (r for r in resources if r["resourceType"] == "CarePlan"):
    if (plan["status"], plan["intent"]) != ("draft", "proposal"):
        say("a plan is more than a proposal")
if "plan" in sys.argv and "CarePlan" not in kinds:
    say("the exam gives a plan, the bundle has none")
evidence = {i["0008,1155"] for s in sr["0040,a375"][0]["0008,1115"] for i in s["0008,1199"]}
named = {i["0008,1199"][0]["0008,1155"] for i in boxes["Image Library"]["0040,a730"][0]["0040,a730"]}
if not named or not named | {seg["0008,0018"]} == evidence:
    say("evidence and image library differ")
print(f"{out.name}: {seen} groups, {len(frames)} frames, {len(painted)} voxels, {n_z} z, {len(faults)} faults")
sys.exit(bool(faults))
