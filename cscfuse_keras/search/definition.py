"""What a search is: settings that stay, those that vary, and what the networks are scored by."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from cscfuse_keras.config import Config
from cscfuse_keras.errors import UsageError
from cscfuse_keras.metrics import Metric, metrics_named
from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.search.axes import Axis, Range, Values, shown
from cscfuse_keras.training.recipes import RECIPES

SCORE = {"ivf": "Qabf", "mef": "MEF-SSIM", "msf": "PSNR"}
"""What a task's networks are scored by if nothing is said."""

SPLIT = frozenset({"seed", "validation_share", "validation_by", "largest_shift"})
"""Settings that decide which of the training pictures are kept for validation."""

JUDGED = frozenset(
    {"bands", "guide_channels", "scale", "degradation", "sensor", "bands_name", "guide_name", "bands_full_scale"}
    | {"guide_full_scale"}
)
"""Settings of multi-spectral training that decide what is to be fused, and what the truth is."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """Settings of a trial.

    Attributes:
        network: of the network, as it is trained.
        training: of its training.
        fusion: settings that only fusing sees; trials that differ in these alone share a training.
    """

    network: Config
    training: Config
    fusion: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Search:
    """A search; one that is equal goes on with what an earlier one has found.

    Attributes:
        network: name of the network in `cscfuse_keras.models.networks.NETWORKS`.
        sources: what is trained on, as the training's recipe takes it.
        validation: pictures to score by; without any, those of the sources that the training keeps for validation.
        settings: of the network and of its training where no axis sets them.
        axes: what varies.
        metrics: what is scored.
        sampler: all combinations of the axes' values, or those that Optuna's tree-structured Parzen estimator draws.
    """

    network: str
    sources: tuple[Path, ...]
    validation: tuple[Path, ...]
    settings: Mapping[str, Config]
    axes: tuple[Axis, ...]
    metrics: tuple[Metric, ...]
    sampler: Literal["grid", "tpe"]

    def __post_init__(self):
        """Check that all trials can be compared.

        Raises:
            UsageError: they could not be, or a grid has a range.
        """
        for axis in self.axes:
            if isinstance(axis, Range) and self.sampler == "grid":
                raise UsageError(
                    f"{axis.name}: expected values separated by commas for a grid, found a range; list them, or add "
                    "--sampler tpe"
                )
            for name in axis.settings:
                if name in JUDGED or (name in SPLIT and not self.validation):
                    remedy = "leave it out" if name in JUDGED else "add --validation with pictures of their own"
                    raise UsageError(
                        f"{axis.name}: expected a setting that leaves the validation pictures as they are, found one "
                        f"that changes them, so that scores could not be compared; {remedy}"
                    )

    @property
    def grid_size(self) -> int:
        """Number of combinations of all values."""
        count = 1
        for axis in self.axes:
            count *= len(axis.values) if isinstance(axis, Values) else 1
        return count

    @property
    def name(self) -> str:
        """The same for equal searches: the name of the Optuna study."""
        return digest(
            {
                **self._data(),
                "network": self.network,
                "settings": {part: config.to_dict() for part, config in self.settings.items()},
                "axes": [dataclasses.asdict(axis) for axis in self.axes],
                "metrics": [metric.name for metric in self.metrics],
                "sampler": self.sampler,
            }
        )

    def candidate(self, values: Mapping[str, Any]) -> Candidate:
        """The settings of a trial.

        Args:
            values: by the axes' names.
        """
        given = {name: values[axis.name] for axis in self.axes for name in axis.settings}
        network, training = (
            {name: given.get(name, value) for name, value in self.settings[part].to_dict().items()}
            for part in ("network", "training")
        )
        kind = NETWORKS[self.network]
        # Trained as if they were the defaults, whichever trial comes first.
        fusion = {name: network.pop(name) for name in kind.fusion_settings}
        return Candidate(
            kind.config.from_dict(network, "network"), type(self.settings["training"]).from_dict(training), fusion
        )

    def run_name(self, candidate: Candidate) -> str:
        """Name of the folder of a candidate's training: the same for all that share it."""
        return digest(
            {
                **self._data(),
                "network": [self.network, candidate.network.to_dict()],
                "training": candidate.training.to_dict(),
            }
        )

    def about(self) -> dict[str, str]:
        """What stays the same, in words."""
        varied = {name for axis in self.axes for name in axis.settings}
        defaults = {"network": NETWORKS[self.network].config(), "training": RECIPES[self.network].settings()}
        fixed = [
            f"{name} {shown(value)}"
            for part, config in self.settings.items()
            for name, value in config.to_dict().items()
            if name not in varied and (value != getattr(defaults[part], name) or name == "epochs")
        ]
        return {
            "network": self.network,
            "sampler": self.sampler,
            "data": ", ".join(map(str, self.sources)),
            "scored on": ", ".join(map(str, self.validation)) or "the share of the data that is kept for validation",
            "settings": ", ".join(fixed),
        }

    def _data(self) -> dict[str, Any]:
        return {part: [str(path.resolve()) for path in getattr(self, part)] for part in ("sources", "validation")}


def score_metrics(task: str, names: str | None) -> tuple[Metric, ...]:
    """Metrics to score by, in the order of the registry.

    Args:
        task: such as `"ivf"`.
        names: separated by commas; by default the task's of `SCORE`.

    Raises:
        UsageError: there is no such metric, or it does not see the truth of a multi-spectral image.
    """
    metrics = metrics_named(task, names or SCORE[task])
    without_truth = [metric.name for metric in metrics if metric.sees == "inputs"]
    if without_truth:
        known = [metric.name for metric in metrics_named(task, "all") if metric.sees == "truth"]
        raise UsageError(f"--score: expected names among {', '.join(known)}, found {without_truth[0]!r}; change it")
    return metrics


def digest(content: Mapping[str, Any] | Sequence[Any]) -> str:
    """Sixteen hexadecimal digits that stand for plain data."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
