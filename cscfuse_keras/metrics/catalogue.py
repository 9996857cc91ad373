"""The page of all metrics, `docs/metrics.md`: python -m cscfuse_keras.metrics.catalogue > docs/metrics.md."""

import inspect
import math

from cscfuse_keras.metrics.registry import METRICS, Metric

_TASKS = {"ivf": "Infrared and visible", "mef": "Several exposures", "msf": "Many bands"}
_SCALES = {
    "grey": "grey in 0..255",
    "colour": "RGB or grey in 0..255",
    "truth": "with the truth, in [0, 1]",
    "inputs": "with what was fused, in [0, 1]",
}
_INTRODUCTION = """# Metrics

<!-- Made by python -m cscfuse_keras.metrics.catalogue; edit the registry instead. -->

Every metric that `cscfuse evaluate` knows, from the registry `cscfuse_keras.metrics.METRICS`. F is the fused image, A
and B its sources. ↑: higher is better, ↓: lower is better. *Tested against* says what the numbers were compared with;
where no package is named, none was to be had, and loops and cases were written for the test from the same definition.

Several definitions go around under one name. Here each has a name of its own, and the function's documentation says who
uses it and what happens at borders and where there is no value.

- Set *table1*: as in Table 1 of the CSCFuse paper; *table3*: as in its Table 3. *textbook*: other metrics, and the
  usual forms of those that the tables define otherwise. *training*: what networks are trained on. All these are judged
  unless `--definitions` says otherwise.
- Set *further*: what other papers report, judged on demand: `cscfuse evaluate --task ivf --metrics EN,Qcb,FMI-dct`, or
  `--metrics all`.
- Set *package*: needs a package that may be missing; judged only if named.

BRISQUE and NIQE, for several exposures, need a model file of the user's (`--brisque-model`, `--niqe-model`); they are
tested against plain loops and hand-computed cases.
"""


def page() -> str:
    """Return the page as Markdown: an introduction, and a table a task."""
    sections = [_INTRODUCTION]
    for task, title in _TASKS.items():
        rows = [_row(metric) for metric in METRICS.values() if task in metric.tasks]
        head = ["Name", "Range", "Set", "Inputs", "Definition", "Source", "Tested against"]
        lines = [head, ["---"] * len(head), *rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        sections.append(f"\n## {title} (`--task {task}`)\n\n{table}\n")
    return "".join(sections)


def _row(metric: Metric) -> list[str]:
    low, high = (_bound(value) for value in metric.value_range)
    cells = [
        f"**{metric.name}** {'↑' if metric.direction == 'higher' else '↓'} {metric.title}",
        f"{low} to {high}",
        metric.definition_set,
        _inputs(metric),
        metric.definition,
        metric.source,
        metric.tested_against,
    ]
    return [cell.replace("|", "\\|") for cell in cells]


def _inputs(metric: Metric) -> str:
    """What the function looks at: one whose sources may be left out takes the fused image alone."""
    alone = inspect.signature(metric.function).parameters["sources"].default == ()
    return f"F{'' if alone else ' and sources'}, {_SCALES[metric.sees]}"


def _bound(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


if __name__ == "__main__":
    print(page(), end="")
