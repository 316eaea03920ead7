"""Export and clean all notebooks anew, and fail when that changes a module or a notebook.

The modules are deleted first, so that none outlives its notebook. What is compared is the files before and after,
not the last commit: uncommitted work is fine as long as notebooks and modules agree.
"""
import os, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)


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
    os.chdir(ROOT)
    before = contents()
    export({path: old for path, old in before.items() if path.suffix == ".py"})
    after = contents()
    stale = [os.path.relpath(path, ROOT) for path in sorted(before | after) if before.get(path) != after.get(path)]
    for name in stale:
        if name.endswith(".py"): print(f"{name} did not agree with its notebook; it has been exported again: look at it and commit.")
        else: print(f"{name} was not clean; it has been cleaned: look at it and commit.")
    sys.exit(bool(stale))


if __name__ == "__main__": main()
