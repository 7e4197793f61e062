#!/usr/bin/env python3
"""Turns the tables of the average body (data/body) into constant C tables.

usage: body_tables.py DATA_FOLDER OUTPUT.c
"""
import pathlib
import sys

folder, output = (pathlib.Path(a) for a in sys.argv[1:3])
PAIRS = ("pedicle_u_mm", "pedicle_v_mm", "transverse_u_mm")


def rows(name, region):
    lines = [l for l in (folder / "body" / name).read_text().splitlines() if l and not l.startswith("#")]
    header = lines[0].split("\t")
    table = [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]
    return [r for r in table if r["region"] == region]


def numbers(table, column):
    return "{" + ", ".join(str(float(r[column])) for r in table) + "}"


def region(name):
    levels = rows("levels.tsv", name)
    shape = {r["quantity"]: r["value"] for r in rows("shape.tsv", name)}
    names = [r["level"] for r in levels]
    yield f"const fsc_region fsc_region_{name} = {{\n"
    yield f'    .body_part = "{shape.pop("body_part")}",\n    .anchor = {names.index(shape.pop("anchor"))},\n'
    yield "    .level = {" + ", ".join(f'"{n}"' for n in names) + "},\n"
    yield "    .sct = {" + ", ".join(str(int(r["sct"])) for r in levels) + "},\n"
    for column in ("body_mm", "disc_mm", "half_width_mm", "half_depth_mm", "spinous_tip_mm"):
        yield f"    .{column} = {numbers(levels, column)},\n"
    yield f"    .marrow_pdff = {numbers(levels, 'marrow_pdff_fraction')},\n"
    yield "    .dim = {" + ", ".join(str(int(shape.pop(f"dim_{a}"))) for a in "ijk") + "},\n"
    yield "    .spacing_mm = {" + ", ".join(str(float(shape.pop(f"spacing_{a}_mm"))) for a in "ijk") + "},\n"
    for pair in PAIRS:
        yield f"    .{pair} = {{{float(shape.pop(pair + '_from'))}, {float(shape.pop(pair + '_to'))}}},\n"
    for quantity, value in shape.items():
        yield f"    .{quantity} = {float(value)},\n"
    muscles = rows("muscles.tsv", name)
    yield f"    .n_muscle = {len(muscles)},\n    .muscle = {{\n"
    for m in muscles:
        key = "0" if m["muscle"].startswith("unlabelled:") else f'"{m["muscle"]}"'
        own = lambda table: [r for r in rows(table, name) if r["muscle"] == m["muscle"]]
        fat, sections = own("fat.tsv"), own("sections.tsv")
        if [r["level"] for r in fat] != names:
            sys.exit(f"fat.tsv: {name} {m['muscle']} needs the levels {names} in this order")
        knots = ", ".join(
            "{" + ", ".join(str(float(r[k])) for k in ("level", "u_mm", "v_mm", "a_mm", "b_mm", "turn_deg")) + "}"
            for r in sections)
        yield (f"        {{{key}, {int(m['value_left'])}, {float(m['top'])}, {float(m['bottom'])}, "
               f"{float(m['sheet_mm'])}, {float(m['axis_spread_fraction'])},\n         {numbers(fat, 'pdff_fraction')},\n         {{{knots}}}, {len(sections)}}},\n")
    yield "    }};\n"


with output.open("w") as c:
    c.write('#include "body.h"\n')
    for name in ("low_back", "neck"):
        c.writelines(region(name))
