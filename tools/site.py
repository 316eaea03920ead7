"""Build the documentation site in _docs/ from the notebooks and their stored outputs, without Quarto.

nbdev prepares the notebooks in _proc/: it leaves out hidden cells, and shows each exported symbol by its signature,
for which it runs the imports and the exported cells of the library's notebooks, no others. smalldocs makes the pages.
"""
import os, re, shutil, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def settings(config):
    "What the site takes from settings.ini, as Quarto's options."
    website = dict(title=config.title, description=config.description, **{"repo-url": config.git_url})
    return dict(project={"output-dir": config.doc_path.name}, website=website)


def page_name(path):
    "The file name of the page that nbdev links to for the notebook at `path`: without its number."
    return re.sub(r"^\d+[a-z0-9]*_", "", path.name.lower())


def contents(folder, top):
    "The pages of `folder` and then its folders, in the order of the notebooks' names, as a Quarto sidebar."
    notebooks = sorted(folder.glob("*.ipynb"), key=lambda path: (path.name != "index.ipynb", path.name))
    pages = [str(path.with_name(page_name(path)).relative_to(top)) for path in notebooks]
    sections = [dict(section=path.name, contents=contents(path, top)) for path in sorted(folder.iterdir()) if any(path.rglob("*.ipynb"))]
    return pages + sections


def rename(path, depth, config):
    "Give the notebook at `path`, which lies `depth` folders below the top, its page's name, and make its links lead to pages, or to the repository."
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(\]\([\w./-]*?)\d+[a-z0-9]*_(\w+\.ipynb)", r"\1\2", text)
    text = text.replace(f"]({config.doc_host}{config.doc_baseurl}/", "](/")
    text = text.replace("](" + "../" * (depth + 1), f"]({config.git_url}/blob/{config.branch}/")
    path.unlink()
    path.with_name(page_name(path)).write_text(text, encoding="utf-8")


def main():
    sys.path[0] = str(ROOT)
    os.chdir(ROOT)
    import smalldocs.site, yaml
    from nbdev.config import get_config
    from nbdev.serve import proc_nbs

    config = get_config()
    top = proc_nbs(n_workers=2, force=True)
    sidebar = dict(website=dict(sidebar=dict(contents=contents(top, top))))
    for name, options in dict(nbdev=settings(config), sidebar=sidebar).items():
        (top / f"{name}.yml").write_text(yaml.safe_dump(options), encoding="utf-8")
    for path in list(top.rglob("*.ipynb")): rename(path, len(path.relative_to(top).parts) - 1, config)
    site = smalldocs.site.build(top, quiet=True)
    for warning in site.warnings:
        if "output-file" not in warning: print(f"warning: {warning}")  # An option of nbdev's for Quarto
    shutil.rmtree(config.doc_path, ignore_errors=True)
    site.out.rename(config.doc_path)
    print(f"The site is in {config.doc_path.name}/: `python -m http.server -d {config.doc_path.name}` shows it.")


if __name__ == "__main__": main()
