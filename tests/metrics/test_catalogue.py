from pathlib import Path

from cscfuse_keras.metrics import METRICS
from cscfuse_keras.metrics.catalogue import page

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_in_the_repository_is_that_of_the_registry():
    assert PAGE.read_text() == page(), "run python -m cscfuse_keras.metrics.catalogue > docs/metrics.md"


def test_every_metric_has_a_whole_line():
    lines = [line for line in page().splitlines() if line.startswith("| **")]
    assert len(lines) == sum(len(row.tasks) for row in METRICS.values())
    (line,) = (line for line in lines if line.startswith("| **Nabf** "))
    row = METRICS["Nabf"]
    cells = (row.title, "↓", "0 to 1", row.definition_set, row.definition, row.source, row.tested_against)
    assert all(cell in line for cell in cells)
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
