"Run one notebook in this process, and print where it raises or its stored outputs are not what it gives; check.py calls this."
import argparse, difflib, faulthandler, os, re, sys, traceback, warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIFF = 30  # Lines of a difference that are shown


def runs(cell, skip):
    "Whether to run `cell`, where cells with a flag in `skip` are not."
    if cell.cell_type != "code" or "nbdev_export(" in cell.source: return False
    return cell.directives_.get("eval:", [""])[0].lower() != "false" and not skip & cell.directives_.keys()


def run(shell, source):
    "The outputs of a cell as JupyterLab has them: a closing semicolon hides the result, not what was printed."
    quiet = source.rstrip().endswith(";")
    outputs = shell.run(source + "\n#" if quiet else source)  # The shell itself would hide both
    return [o for o in outputs if not (quiet and o["output_type"] == "execute_result")]


def without_stderr(outputs):
    "`outputs` but for what was written to stderr."
    return [o for o in outputs if o.get("name") != "stderr"]


def shown(outputs, pictures=False):
    "What a reader sees of `outputs`, as lines: the printed, the displayed, the result; the bytes of pictures only with `pictures`."
    text = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    for o in sorted((o for o in outputs if o["output_type"] != "stream"), key=lambda o: o["output_type"]):
        for kind, data in sorted(o.get("data", {"error": ""}).items(), reverse=True):
            text = text.rstrip("\n") + f"\n[{kind}]\n"
            if kind.startswith("text/") or (pictures and kind.startswith("image/")): text += "".join(data)
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", text)
    return re.sub(r"\bT_[0-9a-f]{5}(?![0-9a-zA-Z])", "T_", text).strip("\n").splitlines()


def difference(old, new):
    "The lines in which the outputs `old` and `new` differ, cut to a readable length."
    lines = list(difflib.unified_diff(shown(old), shown(new), "stored", "now", n=1, lineterm=""))
    return "\n".join(lines[:DIFF] + ["..."] * (len(lines) > DIFF))


def own_trace(exc):
    "The traceback of `exc`, from the cell on."
    tb = exc.__traceback__
    while tb and not tb.tb_frame.f_code.co_filename.startswith("<ipython-input"): tb = tb.tb_next
    return "".join(traceback.format_exception(type(exc), exc, tb))


def check(path, flags, write):
    "Run the notebook at `path` in its folder, with cells that have `flags`, and return whether all is well; `write` stores the new outputs."
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
    os.environ["PYTHONWARNINGS"] = "error"  # For the commands that a cell starts
    warnings.simplefilter("error")
    for i, cell in enumerate(nb.cells):
        cell.directives_ = extract_directives(cell, remove=False)
        if not runs(cell, skip): continue
        shell.execution_count = i  # Tracebacks name the cell by this
        where = f"{os.path.relpath(path, ROOT)}, cell {i}"
        old, new = without_stderr(cell.outputs), without_stderr(run(shell, cell.source))
        if shell.exc:
            print(f"{where} raised:\n\n{cell.source}\n\n{own_trace(shell.exc)}")
            return False
        if write: cell.outputs = old if shown(old, pictures=True) == shown(new, pictures=True) else new
        elif shown(old) != shown(new):
            good = False
            print(f"{where} no longer gives its stored output:\n{difference(old, new)}\n")
    if write:
        clean_nb(nb)
        write_nb(nb, path)
    return good


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--flags", default="")
    parser.add_argument("--limit", type=int, default=0, help="seconds after which to give up, and print where it was; 0 is never")
    args = parser.parse_args()
    sys.path[0] = str(ROOT)
    faulthandler.enable()
    if args.limit: faulthandler.dump_traceback_later(args.limit, exit=True)
    sys.exit(not check(args.notebook.resolve(), args.flags.split(), args.write))
