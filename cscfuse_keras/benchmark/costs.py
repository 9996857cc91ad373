"""What fusing costs, as columns beside the metrics."""

import statistics

from cscfuse_keras.report.scores import Measurement

TIME = Measurement(
    name="time [s]",
    title="time to fuse, median of the items",
    direction="lower",
    value_range=(0.0, float("inf")),
    definition="seconds from the pictures in memory to the fused one, after one run to warm up; without reading, "
    "writing and judging; nothing else of the benchmark runs meanwhile",
    source="measured",
    definition_set="cost",
    summarise=statistics.median,
)
MEMORY = Measurement(
    name="memory [GB]",
    title="memory to fuse, greatest of the items",
    direction="lower",
    value_range=(0.0, float("inf")),
    definition="most resident memory of the method's own process while it fuses, less what that held with the "
    "pictures read, before it loaded the method: its libraries, weights and working memory, in 10^9 bytes",
    source="measured",
    definition_set="cost",
    summarise=max,
)
