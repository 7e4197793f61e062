"""libfascicle from Python: the C interface as it is, and numpy views over its maps and tables.

No compiler: the declarations are the preprocessed public header (cdef.h), which `meson install` puts beside the library's
data. FASCICLE_LIBRARY and FASCICLE_CDEF name others. Views stay valid as long as the object they come from.
"""
import os
import re
import subprocess

import cffi
import numpy

__all__ = ["Error", "Maps", "Table", "ffi", "lib", "check", "measure", "read_table", "separate", "version"]


def _find_cdef():
    places = [os.environ.get("FASCICLE_CDEF")]
    try:
        prefix = subprocess.run(["pkg-config", "--variable=prefix", "fascicle"], capture_output=True, text=True, check=True)
        places.append(os.path.join(prefix.stdout.strip(), "share/fascicle/cdef.h"))
    except (OSError, subprocess.CalledProcessError):
        pass
    places += ["/usr/local/share/fascicle/cdef.h", "/usr/share/fascicle/cdef.h"]
    for place in places:
        if place and os.path.exists(place):
            return place
    raise ImportError("fascicle: cdef.h is not found; install libfascicle or set FASCICLE_CDEF")


def _declarations(text):
    """What is ours of a preprocessed header: from the first declaration that names fsc_ on."""
    lines = text.split("\n")
    first = next(i for i, line in enumerate(lines) if "fsc_" in line or "FSC_" in line)
    while first > 0 and not lines[first - 1].rstrip().endswith(";"):
        first -= 1
    return re.sub(r"(\d+)u\b", r"\1", "\n".join(lines[first:]))


ffi = cffi.FFI()
with open(_find_cdef(), encoding="utf-8") as _file:
    ffi.cdef(_declarations(_file.read()))
lib = ffi.dlopen(os.environ.get("FASCICLE_LIBRARY", "libfascicle.so.0"))


class Error(Exception):
    """What a call of the library refuses: code (fsc_status) and its one line."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def check(call, *arguments):
    """Calls lib.<call>(*arguments, &error) and raises Error where it is not FSC_OK."""
    error = ffi.new("fsc_error *")
    code = getattr(lib, call)(*arguments, error)
    if code != lib.FSC_OK:
        raise Error(code, ffi.string(error.text).decode("utf-8", "replace"))


def _owned(kind, call, *arguments):
    """The object that a call makes, freed with the last reference to it."""
    out = ffi.new(kind + " **")
    check(call, out, *arguments)
    return ffi.gc(out[0], getattr(lib, kind + "_free"))


def _path(path):
    return os.fsencode(path)


def version():
    return ffi.string(lib.fsc_version()).decode()


class Maps:
    """The maps of a scan: numpy views (k, j, i: slices first), NaN = missing; None where the method gives none."""

    NAMES = ("pdff_fraction", "pdff_se_fraction", "r2star_per_s", "fieldmap_hz", "water", "fat", "residual_fraction",
             "swap_probability", "t2_ms", "quality")

    def __init__(self, pointer, scan=None):
        self.pointer, self._scan = pointer, scan
        self.affine = numpy.array(list(pointer.grid.affine)).reshape(3, 4)
        self.method = ffi.string(lib.fsc_method_text(pointer.method)).decode()

    def __getattr__(self, name):
        if name not in self.NAMES:
            raise AttributeError(name)
        data = getattr(self.pointer, name)
        if data == ffi.NULL:
            return None
        shape = tuple(self.pointer.grid.dim)[::-1]
        kind = numpy.uint16 if name == "quality" else numpy.float32
        size = int(numpy.prod(shape)) * numpy.dtype(kind).itemsize
        view = numpy.frombuffer(ffi.buffer(data, size), kind).reshape(shape).view(_View)
        view.owner = self
        return view


class _View(numpy.ndarray):
    """An array that keeps alive what its memory belongs to."""

    def __array_finalize__(self, parent):
        self.owner = getattr(parent, "owner", None)


class Table:
    """One row a muscle, level and side: a sequence of dicts; column(name) as an array."""

    KINDS = ("site", "site-both", "muscle", "muscle-both", "level-bone")

    def __init__(self, pointer, *owners):
        self.pointer, self._owners = pointer, owners

    def __len__(self):
        return self.pointer.n_row

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(index)
        row = self.pointer.row[index]
        place = row.place
        out = {"muscle": ffi.string(place.muscle).decode(), "level": ffi.string(place.level).decode(),
               "side": ffi.string(lib.fsc_side_text(place.side)).decode(), "kind": self.KINDS[row.kind]}
        for name, field in ffi.typeof("fsc_row").fields:
            value = getattr(row, name)
            if name in ("kind", "place"):
                continue
            if field.type.kind == "primitive":
                out[name] = value
            elif field.type.item.cname == "char":
                out[name] = ffi.string(value).decode()
            else:
                out[name] = list(value)
        return out

    def column(self, name):
        return numpy.array([getattr(self.pointer.row[i], name) for i in range(len(self))])


def separate(scan):
    """Echoes to maps: a scan's path (as `fascicle separate` takes it)."""
    read = _owned("fsc_scan", "fsc_scan_read", _path(scan), ffi.NULL)
    return Maps(_owned("fsc_fatwater", "fsc_separate_run", read, ffi.NULL), read)


def measure(maps, muscles, levels):
    """The table of sites from maps and two label files."""
    of_muscles = _owned("fsc_labels", "fsc_labels_read", _path(muscles))
    of_levels = _owned("fsc_labels", "fsc_labels_read", _path(levels))
    names = [ffi.new("char[]", _path(path)) for path in (muscles, levels)]
    options = ffi.new("fsc_sites_options *", {"side_known": 1, "muscle_file": names[0], "level_file": names[1],
                                              "label_source": lib.FSC_LABELS_EXTERNAL})
    grid = ffi.addressof(maps.pointer, "grid")
    sites = _owned("fsc_sites", "fsc_sites_build", grid, of_muscles, of_levels, options)
    return Table(_owned("fsc_measures", "fsc_measure_run", maps.pointer, sites, ffi.NULL), maps)


def read_table(path):
    """A _sites.tsv read back."""
    return Table(_owned("fsc_measures", "fsc_measures_read", _path(path)))
