#!/usr/bin/env python3
"""Times the reader beside its references on one document; see bench_text.sh and bench_ocr.sh, which call it.

Times are of whole processes from start to exit: wall-clock time, and processor time of the process and its children,
which a busy machine distorts less.
"""
import glob
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time


def timed(run):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    result = run()
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, result


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def in_turns(contestants, runs):
    """Runs every contestant in turn, several times; the medians of wall and processor time, and the last result."""
    seen = {name: [] for name in contestants}
    for _ in range(runs):
        for name, run in contestants.items():
            seen[name].append(timed(run))
    return {name: (statistics.median(t[0] for t in times), statistics.median(t[1] for t in times), times[-1][2])
            for name, times in seen.items()}


def text(products, pdf):
    reader = os.path.join(products, "bench-reader")
    pages = output(reader, "text", pdf).count(b"\f")
    results = in_turns({
        "pdftotext": lambda: output("pdftotext", pdf, "-"),
        "ours": lambda: output(reader, "text", pdf),
        "ours, one worker": lambda: output(reader, "text", pdf, "1"),
    }, 5)
    wall, cpu, _ = results["pdftotext"]
    for name, (own_wall, own_cpu, _) in results.items():
        print(f"text {name}: {own_wall / pages * 1000:.3f} ms a page ({own_wall * 1000:.0f} ms for {pages} pages), "
              f"{own_wall / wall:.2f} x pdftotext; processor time {own_cpu / cpu:.2f} x")
    print(f"bench-text: {results['ours'][0] / wall:.2f} x pdftotext (must be at most 2)")


def errors(truth, found):
    """Errors in characters by edit distance, in percent; white space counts as one space. Page by page where the truth
    has as many pages as the document (parted by form feeds), else over the whole text."""
    def pages(text):
        return [re.sub(r"\s+", " ", page).strip() for page in text.removesuffix("\f").split("\f")]
    truth, found = pages(truth), pages(found)
    if len(truth) > len(found) or len(truth) == 1:
        truth, found = [" ".join(page for page in truth if page)], [" ".join(page for page in found if page)]
    wrong = sum(distance(page, found[index]) for index, page in enumerate(truth))
    return 100 * wrong / max(1, sum(map(len, truth)))


def distance(left, right):
    """Levenshtein's distance, within a band that is widened until it holds the answer (Ukkonen)."""
    band = max(32, abs(len(left) - len(right)))
    while True:
        result = banded(left, right, band)
        if result <= band or band >= max(len(left), len(right)):
            return result
        band *= 2


def banded(left, right, band):
    far = len(left) + len(right)
    row = {j: j for j in range(min(band, len(right)) + 1)}
    for i, a in enumerate(left, 1):
        low, high = max(0, i - band), min(len(right), i + band)
        new = {}
        for j in range(low, high + 1):
            if j == 0:
                new[0] = i
                continue
            new[j] = min(row.get(j, far) + 1, new.get(j - 1, far) + 1, row.get(j - 1, far) + (a != right[j - 1]))
        row = new
    return row.get(len(right), far)


def two_tesseracts(pdf):
    """pdfimages, then two tesseract processes with one thread each, every one with half of the pages in one go."""
    with tempfile.TemporaryDirectory() as folder:
        output("pdfimages", "-all", pdf, os.path.join(folder, "page"))
        images = sorted(glob.glob(os.path.join(folder, "page*")))
        children = []
        for part in range(2):
            with open(os.path.join(folder, f"list{part}"), "w") as file:
                file.write("\n".join(images[part::2]))
            children.append(subprocess.Popen(["tesseract", file.name, os.path.join(folder, f"text{part}")],
                                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for child in children:
            child.wait()
        texts = [open(os.path.join(folder, f"text{part}.txt")).read().split("\f") for part in range(2)]
        return "\f".join(texts[index % 2][index // 2] for index in range(len(images)))


def serial_pytesseract(pdf):
    script = ("import sys, pdf2image, pytesseract\n"
              "print('\\f'.join(pytesseract.image_to_string(page) for page in pdf2image.convert_from_path(sys.argv[1], 300)))")
    # As a user would run it, with Tesseract's own threads.
    environment = {name: value for name, value in os.environ.items() if name != "OMP_THREAD_LIMIT"}
    return subprocess.run([sys.executable, "-c", script, pdf], stdout=subprocess.PIPE, check=True, env=environment).stdout.decode()


def ocr(products, pdf, truth=None):
    os.environ["OMP_THREAD_LIMIT"] = "1"
    reader = os.path.join(products, "bench-reader")
    results = in_turns({
        "pdfimages + 2 tesseract": lambda: two_tesseracts(pdf),
        "ours": lambda: output(reader, "text", pdf, "2").decode(),
    }, 3)
    try:
        import pdf2image, pytesseract  # noqa: F401
        results["pdf2image + pytesseract"] = timed(lambda: serial_pytesseract(pdf))
    except ImportError:
        print("ocr pdf2image + pytesseract: not installed, not measured")
    pages = results["ours"][2].count("\f")
    said = open(truth).read() if truth else None
    for name, (wall, cpu, found) in results.items():
        quality = f", {errors(said, found):.3f} % of characters wrong" if said else ""
        print(f"ocr {name}: {60 * pages / wall:.0f} pages a minute, {cpu / pages:.2f} s of processor a page{quality}")
    reference = results["pdfimages + 2 tesseract"][0]
    print(f"bench-ocr: {reference / results['ours'][0]:.2f} x pdfimages + 2 tesseract (must be at least 0.9)")
    if "pdf2image + pytesseract" in results:
        serial = results["pdf2image + pytesseract"][0]
        print(f"bench-ocr: {serial / results['ours'][0]:.1f} x pdf2image + pytesseract (must be at least 5)")


{"text": text, "ocr": ocr}[sys.argv[1]](*sys.argv[2:])
