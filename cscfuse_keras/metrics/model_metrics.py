"""Metrics that need a model file of the user's."""

import os

from cscfuse_keras.metrics.brisque import Brisque
from cscfuse_keras.metrics.niqe import Niqe
from cscfuse_keras.metrics.registry import Metric


def model_metrics(
    brisque_model: str | os.PathLike | None = None, niqe_model: str | os.PathLike | None = None
) -> tuple[Metric, ...]:
    """Return the rows of the metrics whose model is given; their definitions name the files.

    Args:
        brisque_model: file for `Brisque.load`, with the ranges beside it.
        niqe_model: file for `Niqe.load`.

    Raises:
        InputError: a file is missing or is not such a model.
    """
    rows = []
    if brisque_model is not None:
        brisque = Brisque.load(brisque_model)
        rows.append(
            Metric(
                name="BRISQUE",
                title="blind/referenceless image spatial quality evaluator",
                function=brisque,
                tasks=("mef",),
                direction="lower",
                value_range=(float("-inf"), float("inf")),
                definition=f"regression on 36 natural scene statistics of two scales; model {brisque.name}",
                source="Mittal et al., IEEE Transactions on Image Processing 21(12), 2012",
                tested_against="plain loops; hand-computed cases",
                definition_set="textbook",
            )
        )
    if niqe_model is not None:
        niqe = Niqe.load(niqe_model)
        rows.append(
            Metric(
                name="NIQE",
                title="natural image quality evaluator",
                function=niqe,
                tasks=("mef",),
                direction="lower",
                value_range=(0.0, float("inf")),
                definition=f"distance from pristine statistics of 96x96 patches; model {niqe.name}",
                source="Mittal et al., IEEE Signal Processing Letters 20(3), 2013",
                tested_against="plain loops; hand-computed cases",
                definition_set="textbook",
            )
        )
    return tuple(rows)
