"""Write the README's method table anew: ``python benchmarks/method_table.py``.

Names, papers and summaries come from the classes, scores from ``benchmarks/results/quick/results.csv`` (made by
``shallow-cmr bench``). Where the suite runs a method in several forms, the best mean stands for it.
"""

from collections import defaultdict
from csv import DictReader
from pathlib import Path
from statistics import mean

from shallow_cmr.reporting import method_catalogue

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "quick" / "results.csv"
BEGIN, END = "<!-- methods: begin (benchmarks/method_table.py) -->\n", "<!-- methods: end -->"


def best_scores(path=RESULTS):
    """Return {method: (mean over all its cells, sizes)} of the best form of each method."""
    scores, sizes = defaultdict(list), defaultdict(set)
    with path.open(newline="", encoding="utf-8") as file:
        for row in DictReader(file):
            if row["value"] and row["label"] != "chance" and row["protocol"] == "heldout":
                scores[row["method"], row["label"]].append(float(row["value"]))
                sizes[row["method"], row["label"]].add(int(row["n_dimensions"]))
    best = {}
    for (method, label), values in scores.items():
        best[method] = max(best.get(method, (0, ())), (mean(values), tuple(sorted(sizes[method, label]))))
    return best


def method_table(scores):
    """Return the table as markdown."""
    complete = max((sizes for _, sizes in scores.values()), key=len)
    lines = ["| method | what it is | kind | labels | paper | mAP |", "|---|---|---|---|---|--:|"]
    for method in method_catalogue():
        value, sizes = scores.get(method["name"], (None, ()))
        shown = "" if value is None else f"{value:.3f}".lstrip("0")
        if value is not None and sizes != complete:
            shown += f" (at {', '.join(map(str, sizes))})"
        facts = (f"`{method['name']}`", method["summary"], method["kind"], method["supervision"], method["paper"])
        lines.append(f"| {' | '.join(facts)} | {shown} |")
    return "\n".join(lines) + "\n"


def with_table(readme):
    """Return the README with the present table between its marks."""
    before, rest = readme.split(BEGIN)
    return before + BEGIN + method_table(best_scores()) + END + rest.split(END)[1]


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
    print(method_table(best_scores()))
