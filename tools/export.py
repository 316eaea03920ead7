"""Export and clean all notebooks anew, and fail when that changes a module or a notebook.

The modules are deleted first, so that none outlives its notebook. What is compared is the files before and after,
not the last commit: uncommitted work is fine as long as notebooks and modules agree.
"""
import os, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def contents():
    "The bytes of every module and notebook, by path."
    from nbdev.config import get_config
    from nbdev.doclinks import nbglob

    files = [*get_config().lib_path.rglob("*.py"), *nbglob(skip_file_re=None, as_path=True)]
    return {path: path.read_bytes() for path in sorted(files)}


def export(modules):
    "Delete `modules`, then export and clean all notebooks; when that fails, put the modules back."
    from nbdev.clean import nbdev_clean
    from nbdev.doclinks import nbdev_export

    os.environ.pop("IN_TEST", None)  # nbdev exports nothing where this is set
    for path in modules:
        if path.name != "__init__.py": path.unlink()  # Only its version is written by nbdev
    try: nbdev_export()
    except BaseException:
        for path, old in modules.items(): path.write_bytes(old)
        raise
    nbdev_clean()


def main():
    sys.path[0] = str(ROOT)
    os.chdir(ROOT)
    before = contents()
    export({path: old for path, old in before.items() if path.suffix == ".py"})
    after, stale = contents(), 0
    for path in sorted(before | after):
        if before.get(path) == after.get(path): continue
        stale += 1
        name = os.path.relpath(path, ROOT)
        if path not in after: print(f"{name} had no notebook; it has been deleted: look at it and commit.")
        elif path.suffix == ".py": print(f"{name} did not agree with the notebooks; it has been exported again: look at it and commit.")
        else: print(f"{name} was not clean; it has been cleaned: look at it and commit.")
    sys.exit(stale > 0)


if __name__ == "__main__": main()
