#!/usr/bin/env python3
"""The PDF in the archive is the clinic's page: tagged, every word of it from the page, and nothing of what the page shows
unfolded is missing. usage: pdf.py OUT (needs pdftotext and pdfinfo: Debian's poppler-utils)"""
import html
import pathlib
import re
import subprocess
import sys
import tempfile

out = pathlib.Path(sys.argv[1])
faults = 0


def say(text):
    global faults
    faults += 1
    print(text)


def plain(markup):
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


data = next(out.glob("*_PDF.dcm")).read_bytes()
with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
    file.write(data[data.index(b"%PDF-"):data.rindex(b"%%EOF") + 5])
    file.flush()
    about, text = run("pdfinfo", file.name), run("pdftotext", "-raw", file.name, "-")
if not re.search(r"^Tagged: *yes$", about, re.M):
    say("the PDF is not tagged")
page = next(out.glob("*_desc-clinic_report.html")).read_text()
page = re.sub(r"<(style|script|title|desc)\b.*?</\1>", "", page, flags=re.S)  # inside a picture they are hints of a mouse
words = set(re.findall(r"\w+", html.unescape(re.sub(r"<[^>]*>", " ", page))))
strange = [word for word in re.findall(r"\w+", text) if word not in words]
if strange:
    say(f"words that the page does not hold: {strange[:5]}")
flat, shown = re.sub(r"\s", "", text), 0
for element, attributes, inner in re.findall(r"<(p|li|h1|h2|h3|td|th)\b([^>]*)>(.*?)</\1>",
                                             re.sub(r"<details\b.*?</details>", "", page, flags=re.S), flags=re.S):
    wanted = re.sub(r"\s", "", plain(inner))
    shown += 1
    if wanted not in flat and not re.search("figure-note|hint", attributes):  # what only the screen has room for
        say(f"the PDF lacks: {plain(inner)[:80]}")
if shown < 10:
    say(f"only {shown} paragraphs were compared")
sys.exit(bool(faults))
