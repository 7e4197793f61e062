"""The same numbers as the command to the last bit, views that outlive their makers, refusals as exceptions.

usage: check.py FASCICLE DATA_FOLDER (FASCICLE_LIBRARY and FASCICLE_CDEF set; the binding beside this file)
"""
import os
import subprocess
import sys
import tempfile

try:
    import cffi  # noqa: F401
    import numpy
except ImportError as missing:
    print(f"skipped: the Python binding ({missing})")
    sys.exit(77)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fascicle

command, data = sys.argv[1:3]
scan = os.path.join(data, "sub-01")
labels = [os.path.join(data, f"derivatives/truth/sub-01/anat/sub-01_desc-{kind}_dseg.nii.gz") for kind in ("muscles", "levels")]
with tempfile.TemporaryDirectory() as out:
    subprocess.run([command, "run", scan, "--labels", labels[0], "--levels", labels[1], "--out", out, "--quiet"], check=True)
    stem = os.path.join(out, "sub-01", "anat", "sub-01")
    if not os.path.exists(stem + "_sites.tsv"):
        stem = next(os.path.join(f, n)[:-10] for f, _, names in os.walk(out) for n in names if n.endswith("_sites.tsv"))
    with open(stem + "_sites.tsv", encoding="utf-8") as file:
        head, *lines = [line.rstrip("\n").split("\t") for line in file]
    maps = fascicle.separate(scan)
    table = fascicle.measure(maps, *labels)
    assert len(table) == len(lines) > 10, (len(table), len(lines))
    at = head.index("pdff_mean_fraction"), head.index("pdff_se_fraction"), head.index("csa_mm2")
    for row, line in zip(table, lines):
        assert [row["muscle"], row["level"], row["side"]] == line[head.index("muscle"):head.index("muscle") + 3], (row, line)
        for name, column in zip(("pdff_mean_fraction", "pdff_se_fraction", "csa_mm2"), at):
            printed = "n/a" if numpy.isnan(row[name]) else "%.10g" % row[name]
            assert printed == line[column], (name, printed, line[column])
    again = fascicle._owned("fsc_fatwater", "fsc_fatwater_read", stem.encode())
    pdff, written = maps.pdff_fraction, fascicle.Maps(again).pdff_fraction
    del maps, again
    assert pdff.ndim == 3 and numpy.isfinite(pdff).any()
    close = numpy.abs(pdff - written)[numpy.isfinite(pdff)]
    assert close.max() <= 1e-6, close.max()  # percent in the file, fraction here
    assert numpy.array_equal(numpy.isnan(pdff), numpy.isnan(written))
    assert len(fascicle.read_table(stem + "_sites.tsv")) == len(lines)
try:
    fascicle.separate("/no/such/scan")
except fascicle.Error as error:
    assert error.code in (fascicle.lib.FSC_E_NOTFOUND, fascicle.lib.FSC_E_IO), error.code
    assert "/no/such/scan" in str(error)
else:
    raise AssertionError("a missing scan was read")
print(f"version {fascicle.version()}: {len(lines)} rows as the command has them")
