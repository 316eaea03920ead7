"""Run every notebook, and see that the outputs stored in it are the ones it gives.

A notebook passes when no cell raises or warns, and each output it stores is what its cell gives now: text and
tables to the letter (but for memory addresses and the random ids of styled tables), pictures by being there.
Flags are nbdev's: cells marked with one of the `tst_flags` of settings.ini or with `eval: false` are left alone,
and so is `nbdev_export()`. What a cell writes to stderr is neither compared nor stored.
"""
import argparse, difflib, faulthandler, os, re, subprocess, sys, tempfile, time, traceback, warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2  # Notebooks that run side by side, each in a process of its own, on one thread
LIMIT = 300  # Seconds that a notebook may take
DIFF = 30  # Lines of a difference that are shown


def find(paths):
    "The notebooks among and below `paths`, or all of the project's, but for names that start with `_` or `.`."
    for path in paths or [ROOT / "nbs"]:
        below = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        yield from (p.resolve() for p in below if path == p or not any(part[0] in "_." for part in p.relative_to(path).parts))


def runs(cell, skip):
    "Whether to run `cell`, where cells with a flag in `skip` are not."
    if cell.cell_type != "code" or "nbdev_export(" in cell.source: return False
    return cell.directives_.get("eval:", [""])[0].lower() != "false" and not skip & cell.directives_.keys()


def run(shell, source):
    "The outputs of a cell as JupyterLab has them: a closing semicolon hides the result, not what was printed."
    quiet = source.rstrip().endswith(";")
    outputs = shell.run(source + "\n#" if quiet else source)
    return [o for o in outputs if not (quiet and o["output_type"] == "execute_result")]


def without_stderr(outputs): return [o for o in outputs if o.get("name") != "stderr"]


def shown(outputs, pictures=False):
    "What a reader sees of `outputs`, as lines: what was printed, what was displayed, the result; no picture's bytes unless `pictures`."
    text = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    for o in sorted((o for o in outputs if o["output_type"] != "stream"), key=lambda o: o["output_type"]):
        for kind, data in sorted(o.get("data", {"error": ""}).items()):
            text = text.rstrip("\n") + f"\n[{kind}]\n"
            if kind.startswith("text/") or pictures: text += "".join(data) if isinstance(data, (str, list)) else str(data)
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", text)
    return re.sub(r"\bT_[0-9a-f]{5}(?![0-9a-zA-Z])", "T_", text).strip("\n").splitlines()


def own_trace(exc):
    "The traceback of `exc`, from the cell on."
    tb = exc.__traceback__
    while tb and not tb.tb_frame.f_code.co_filename.startswith("<ipython-input"): tb = tb.tb_next
    return "".join(traceback.format_exception(type(exc), exc, tb))


def check_one(path, flags, write):
    "Run the notebook at `path` in its folder, print what is wrong with it, and return whether nothing is; `write` stores the new outputs."
    from execnb.nbio import read_nb, write_nb
    from execnb.shell import CaptureShell
    from nbdev.clean import clean_nb
    from nbdev.config import get_config
    from nbdev.process import extract_directives

    os.chdir(path.parent)
    nb, good = read_nb(path), True
    skip = set(get_config().tst_flags.split()) - set(flags)
    shell = CaptureShell(path, mpl_format="png")
    shell.kernel = None  # By this pandas tells a notebook from a terminal, whose size would cut its tables
    warnings.simplefilter("error")
    for i, cell in enumerate(nb.cells):
        cell.directives_ = extract_directives(cell, remove=False)
        if not runs(cell, skip): continue
        shell.execution_count = i  # Tracebacks name the cell by this
        where = f"{path.relative_to(ROOT)}, cell {i}"
        new = without_stderr(run(shell, cell.source))
        if shell.exc:
            print(f"{where} raised:\n\n{cell.source}\n\n{own_trace(shell.exc)}")
            return False
        old = without_stderr(cell.outputs)
        if write: cell.outputs = new if shown(old, True) != shown(new, True) else old
        elif shown(old) != shown(new):
            good = False
            lines = list(difflib.unified_diff(shown(old), shown(new), "stored", "now", n=1, lineterm=""))
            print(f"{where} no longer gives its stored output:", *lines[:DIFF], *["..."] * (len(lines) > DIFF), "", sep="\n")
    if write:
        clean_nb(nb)
        write_nb(nb, path)
    return good


def check_apart(path, args):
    "Check the notebook at `path` in a process of its own; return whether it passed."
    env = dict(os.environ, IN_TEST="1", OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE", COLUMNS="80")
    call = [sys.executable, __file__, "--alone", "--flags", args.flags, *["--write"] * args.write, path]
    start = time.time()
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        passed = subprocess.run(call, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode == 0
        log.seek(0)
        print(f"{'passed' if passed else 'FAILED'} {time.time() - start:6.1f} s  {os.path.relpath(path, ROOT)}", "" if passed else log.read(),
              sep="\n", end="", flush=True)
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="notebooks or folders; all of nbs/ when there are none")
    parser.add_argument("--write", action="store_true", help="store the new outputs instead of comparing")
    parser.add_argument("--flags", default="", help="run the cells with these flags too, as in --flags 'slow gpu', without a time limit")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        sys.path[0] = str(ROOT)
        if not args.flags: faulthandler.dump_traceback_later(LIMIT, exit=True)
        sys.exit(not check_one(args.notebooks[0], args.flags.split(), args.write))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda path: check_apart(path, args), find(args.notebooks)))
    if not results: print("No notebook was found.")
    print(f"{sum(results)} passed, {results.count(False)} failed")
    sys.exit(not (results and all(results)))


if __name__ == "__main__": main()
