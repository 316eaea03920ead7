"""Run every notebook, and see that the outputs stored in it are the ones it gives.

A notebook passes when no cell raises or warns, and each output it stores is what its cell gives now: text and
tables to the letter (but for memory addresses and the random ids of styled tables), pictures by being there.
Flags are nbdev's: cells marked with one of the `tst_flags` of settings.ini or with `eval: false` are left alone,
and so is `nbdev_export()`. What a cell writes to stderr is neither compared nor stored.
"""
import argparse, os, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2  # Notebooks that run side by side, each in a process of its own, on one thread
LIMIT = 300  # Seconds that a notebook may take
ENVIRONMENT = dict(IN_TEST="1", OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE", COLUMNS="80")


def find(paths):
    "The notebooks among and below `paths`, or all of the project's, but for names that start with `_` or `.`."
    for path in paths or [ROOT / "nbs"]:
        below = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        yield from (p.resolve() for p in below if not any(part[0] in "_." for part in p.relative_to(path).parts))


def check(path, options):
    "Have the notebook at `path` checked by a process of its own, say how it went, and return whether it passed."
    start = time.time()
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        call = [sys.executable, ROOT / "tools" / "check_one.py", path, *options]
        status = subprocess.run(call, env=os.environ | ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode
        log.seek(0)
        report = (log.read() or f"Its process ended with status {status}.\n") if status else ""
    print(f"{'FAILED' if status else 'passed'} {time.time() - start:6.1f} s  {os.path.relpath(path, ROOT)}\n{report}", end="", flush=True)
    return status == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks or folders; all of nbs/ when there are none")
    parser.add_argument("--write", action="store_true", help="store the new outputs instead of comparing")
    parser.add_argument("--flags", default="", help="run the cells with these flags too, as in --flags 'slow gpu', without a time limit")
    args = parser.parse_args()
    options = ["--limit", str(0 if args.flags else LIMIT), "--flags", args.flags, *["--write"] * args.write]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda path: check(path, options), find(args.notebooks)))
    if not results: print("No notebook was found.")
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    sys.exit(not (results and all(results)))


if __name__ == "__main__": main()
