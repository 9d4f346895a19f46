"""The work of bench_report.sh: runs both sides in turns, checks the files, prints medians and their ratio."""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = 10


def run(command):
    """What a side printed, by name, and the processor time of all its runs in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {}
    for line in output.splitlines():
        name, value = line.split()
        found.setdefault(name, []).append(float(value))
    used = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
    return found, used


def check(path, order):
    """Whether qpdf finds nothing, the number of pages, and whether all turns come out in order."""
    sound = subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0
    info = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    pages = next(line.split()[1] for line in info.splitlines() if line.startswith("Pages:"))
    text = " ".join(subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout.split())
    place, in_order = text.index("Transcript"), 0
    for turn in order["turns"]:
        # A turn may go over a page, and then the foot and head stand in its middle: its first words are looked for.
        found = text.find(" ".join(turn["text"].split()[:4]), place)
        if found < 0:
            break
        place, in_order = found + 1, in_order + 1
    return sound, pages, in_order


def main():
    products, rounds = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        orders = {}
        for kind, count in [("english", 500), ("world", 60)]:
            orders[kind] = f"{folder}/{kind}.json"
            subprocess.run([sys.executable, f"{HERE}/make_conversation.py", kind, str(count), orders[kind]], check=True)
        own, theirs = f"{folder}/own.pdf", f"{folder}/reportlab.pdf"
        reference = [sys.executable, f"{HERE}/reportlab_report.py", orders["english"], theirs, str(RUNS)]
        sides = {
            "ours": [f"{products}/bench-report", orders["english"], own, str(RUNS)],
            "ReportLab, the same fonts": reference + ["noto"],
            "ReportLab, Helvetica": reference + ["helvetica"],
        }
        warm, cold, memory, work = ({side: [] for side in sides} for _ in range(4))
        for _ in range(rounds):
            for side, command in sides.items():
                found, used = run(command)
                warm[side] += found["warm"]
                cold[side] += found["cold"]
                memory[side] += found["memory"]
                work[side].append(used / RUNS)
        for side in sides:
            print(f"{side:26} warm {statistics.median(warm[side]):6.1f} ms (fastest {min(warm[side]):6.1f})   "
                  f"cold {statistics.median(cold[side]):6.0f} ms   processor {statistics.median(work[side]):6.1f} ms a report, "
                  f"start included   peak {max(memory[side]):3.0f} MB")
        for side in list(sides)[1:]:
            ratio = statistics.median(warm[side]) / statistics.median(warm["ours"])
            print(f"report: {ratio:.1f} x as fast as {side}, warm (must be 5)")
        with open(orders["english"], encoding="utf-8") as file:
            sound, pages, in_order = check(own, json.load(file))
        print(f"file: {pages} pages, {os.path.getsize(own) // 1024} KB, qpdf {'finds nothing' if sound else 'COMPLAINS'}, "
              f"{in_order} of 500 turns in order out of pdftotext")
        found, _ = run([f"{products}/bench-report", orders["world"], own, str(RUNS)])
        print(f"60 turns in eleven scripts: warm {statistics.median(found['warm']):.1f} ms, peak {found['memory'][0]:.0f} MB "
              f"(must be under 100)")


main()
