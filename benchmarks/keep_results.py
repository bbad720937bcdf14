"""Keep the results of a run with the project: ``python benchmarks/keep_results.py FOLDER NAME``.

Copies tables and figures of a results folder (of ``bench`` or ``repro``) to ``benchmarks/results/NAME``, with the
environment that made them, and writes the list of all results anew. After ``quick``, run
``python benchmarks/method_table.py``: the README's table is made from them.
"""

import argparse
import json
import shutil
from pathlib import Path

from shallow_cmr.experiment import load_results

KEPT = ("*.md", "*.csv", "*.tex", "*.png")
NOT_KEPT = {"timings.csv"}  # seconds differ from run to run; the report of a run has them
RESULTS = Path(__file__).parent / "results"


def keep(folder, name):
    """Copy what is worth keeping, and write down where it comes from."""
    target = RESULTS / name
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        path.unlink()
    for pattern in KEPT:
        for path in folder.glob(pattern):
            if path.name not in NOT_KEPT:
                shutil.copyfile(path, target / path.name)
    if (folder / "run.json").exists():
        results = load_results(folder)
        about = {"title": results.plan["title"], "digest": results.digest, "environments": results.environments}
        text = json.dumps(about, indent=1, ensure_ascii=False)
        (target / "environment.json").write_text(text + "\n", encoding="utf-8")


def write_index():
    """Write the page that lists all kept results."""
    lines = ["# Results\n", "Each folder was made by one command, and by `benchmarks/keep_results.py` put here.\n"]
    for folder in sorted(path for path in RESULTS.iterdir() if path.is_dir()):
        files = ", ".join(f"[{path.name}]({folder.name}/{path.name})" for path in sorted(folder.iterdir()))
        lines.append(f"* **{folder.name}**: {files}")
    (RESULTS / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="a results folder")
    parser.add_argument("name", help="folder below benchmarks/results")
    options = parser.parse_args()
    keep(options.folder, options.name)
    write_index()
