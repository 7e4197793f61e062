#!/usr/bin/env python3
"""Turns the words of the field (muscles, levels, names of label schemes) into constant C tables.

They are asked for where nothing can fail and are borrowed for ever, so they are neither parsed nor allocated at run time.

usage: anatomy_tables.py DATA_FOLDER OUTPUT.c
"""
import json
import pathlib
import sys

folder, output = (pathlib.Path(a) for a in sys.argv[1:3])


def rows(name):
    lines = [l for l in (folder / name).read_text(encoding="utf-8").splitlines() if l and not l.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:]]


def text(word):
    return json.dumps(word, ensure_ascii=False)


with output.open("w", encoding="utf-8") as c:
    c.write('#include "names.h"\n')
    c.write("const fsc_muscle fsc_muscle_table[] = {\n")
    for r in rows("muscles.tsv"):
        words = ", ".join(text(r[k]) for k in ("key", "name", "layer", "region"))
        c.write(f"    {{{words}, {int(r['order'])}}},\n")
    c.write("    {0, 0, 0, 0, 0}};\nconst fsc_level_word fsc_level_table[] = {\n")
    for r in rows("levels.tsv"):
        c.write(f"    {{{text(r['level'])}, {float(r['order'])}, {int(r['value'])}, {text(r['snomed'])}}},\n")
    c.write("    {0, 0, 0, 0}};\nconst char *const fsc_scheme_table[] = {\n")
    for r in rows("schemes.tsv"):
        c.write(f"    {text(r['scheme'])},\n")
    c.write("    0};\n")
