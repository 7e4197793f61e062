#!/usr/bin/env python3
"""Turns every file below data/ into one C source, so that evidence and templates travel inside the library.

usage: embed.py DATA_FOLDER OUTPUT.c DEPFILE
"""
import pathlib
import sys

folder, output, depfile = (pathlib.Path(a) for a in sys.argv[1:4])
files = sorted(p for p in folder.rglob("*") if p.is_file())
with output.open("w") as c:
    c.write('#include "data.h"\n')
    for number, path in enumerate(files):
        data = path.read_bytes()
        c.write(f"static const unsigned char file_{number}[] = {{")
        c.write(",".join(str(b) for b in data) + ("," if data else "") + "0};\n")
    c.write("const fsc_data_file fsc_data_files[] = {\n")
    for number, path in enumerate(files):
        c.write(f'    {{"{path.relative_to(folder).as_posix()}", file_{number}, sizeof file_{number} - 1}},\n')
    c.write("    {0, 0, 0}};\n")
# The folder itself is a dependency: a new file must trigger a new build.
depfile.write_text(f"{output}: " + " ".join(str(p) for p in [folder, *files]) + "\n")
