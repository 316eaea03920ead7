"""Make README.md, and the figures it shows, from nbs/index.ipynb as it is stored; with --check, say whether they are up to date.

Cells are left out by nbdev's own flags (`#| hide` and the like). Links are made to work from the top of the repository.
"""
import argparse, os, posixpath, re, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIGURES = "images/readme-{}.png"


def relink(cell):
    "A processor that makes the links of a markdown cell, which start from its notebook's folder, start from the top."
    if cell.cell_type != "markdown": return
    here = lambda m: m[1] + posixpath.normpath(posixpath.join("nbs", m[2])) + m[3]
    cell.source = re.sub(r"(\]\()(?!\w+:|[#/])([^\s()#]+)([^()]*\))", here, cell.source)


def plain_tables(cell):
    "A processor that takes the style sheets out of the tables that `cell` shows; a code host would print them."
    for output in cell.get("outputs", []):
        if "text/html" in output.get("data", {}):
            html = re.sub(r"<style.*?</style>", "", "".join(output.data["text/html"]), flags=re.DOTALL)
            output.data["text/html"] = "\n".join(line for line in html.splitlines() if line.strip())


def render(path):
    "The markdown of the notebook at `path`, and its figures as bytes, by file name."
    import nbformat
    from execnb.nbio import nb2str, read_nb
    from nbconvert import MarkdownExporter
    from nbdev.process import NBProcessor
    from nbdev.processors import FilterDefaults

    unwanted = ("add_show_docs", "exec_show_docs", "add_links")  # It documents no symbol, and its links stay in the repository
    procs = [p for p in FilterDefaults().procs() if p.__name__ not in unwanted] + [relink, plain_tables]
    nb = NBProcessor(nb=read_nb(path), procs=procs, process=True).nb
    title, nb.cells = nb.frontmatter_, nb.cells[1:]  # nbdev has moved the title and the description there
    nb.metadata["language_info"] = {"name": "python"}
    body, resources = MarkdownExporter().from_notebook_node(nbformat.reads(nb2str(nb), as_version=4))
    figures = {}
    for name, data in resources["outputs"].items():
        figures[FIGURES.format(len(figures) + 1)] = data
        body = body.replace(f"![png]({name})", f"![Figure {len(figures)}]({[*figures][-1]})")
    text = f"# {title['title']}\n\n> {title['description']}\n\n{body}"
    return re.sub(r"\n(?:[ \t]*\n)+", "\n\n", text).strip() + "\n", figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when README.md or the set of its figures is not up to date")
    args = parser.parse_args()
    sys.path[0] = str(ROOT)
    os.chdir(ROOT)
    readme = Path("README.md")
    text, figures = render(Path("nbs/index.ipynb"))
    there = {path.as_posix() for path in Path().glob(FIGURES.format("*"))}
    if args.check:
        fresh = readme.exists() and readme.read_text(encoding="utf-8") == text and there == figures.keys()
        if not fresh: print("README.md is not what nbs/index.ipynb gives: run tools/readme.py, look at it and commit.")
        sys.exit(not fresh)
    readme.write_text(text, encoding="utf-8")
    for name in there - figures.keys(): Path(name).unlink()
    for name, data in figures.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(data)


if __name__ == "__main__": main()
