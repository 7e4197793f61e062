#!/usr/bin/env python3
"""Writes the bill of materials of a build (SPDX 2.3, JSON): the library, and what it is linked with, by file and version.

usage: sbom.py LIBRARY VERSION OUT
"""
import datetime
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

library, version, out = sys.argv[1:4]
LICENCES = {  # as their own copyright files say
    "libjansson": "MIT", "libmd": "BSD-3-Clause", "libz": "Zlib", "libsqlite3": "blessing", "libpng16": "libpng-2.0",
    "libnlopt": "MIT AND LGPL-2.1-or-later", "libsundials_cvodes": "BSD-3-Clause", "libsundials_nvecserial": "BSD-3-Clause",
    "libsundials_generic": "BSD-3-Clause", "libmicrohttpd": "LGPL-2.1-or-later", "libseccomp": "LGPL-2.1-only",
    "libprotobuf-c": "BSD-2-Clause", "libgomp": "GPL-3.0-only WITH GCC-exception-3.1",
    "libomp": "Apache-2.0 WITH LLVM-exception", "libc": "LGPL-2.1-or-later", "libm": "LGPL-2.1-or-later",
}


def run(*words):
    return subprocess.run(words, capture_output=True, text=True).stdout


def debian_version(path):
    if not shutil.which("dpkg-query"):
        return "NOASSERTION"
    owner = run("dpkg-query", "-S", os.path.realpath(path)).split(":")[0] or run("dpkg-query", "-S", path).split(":")[0]
    return run("dpkg-query", "-W", "-f=${Version}", owner) or "NOASSERTION" if owner else "NOASSERTION"


def package(name, number, licence, path):
    digest = hashlib.sha256(open(path, "rb").read()).hexdigest()
    return {"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]", "-", name), "name": name, "versionInfo": number,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
            "licenseDeclared": licence, "copyrightText": "NOASSERTION",
            "checksums": [{"algorithm": "SHA256", "checksumValue": digest}]}


paths = dict(re.findall(r"(\S+) => (/\S+)", run("ldd", library)))
needed = re.findall(r"NEEDED.*\[(.*?)\]", run("readelf", "-dW", library))
ours = package("fascicle", version, "Apache-2.0", library)
theirs = [package(n.split(".so")[0], debian_version(paths[n]), LICENCES.get(n.split(".so")[0], "NOASSERTION"), paths[n])
          for n in needed if n in paths]
when = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", os.path.getmtime(library))), datetime.timezone.utc)
document = {
    "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"fascicle-{version}",
    "documentNamespace": f"https://spdx.org/spdxdocs/fascicle-{version}-{ours['checksums'][0]['checksumValue'][:16]}",
    "creationInfo": {"created": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: scripts/sbom.py"]},
    "packages": [ours, *theirs],
    "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": ours["SPDXID"]}]
    + [{"spdxElementId": ours["SPDXID"], "relationshipType": "DEPENDS_ON", "relatedSpdxElement": p["SPDXID"]} for p in theirs],
}
with open(out, "w") as to:
    json.dump(document, to, indent=1)
    to.write("\n")
