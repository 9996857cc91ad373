"""The training recipe of each network."""

import dataclasses
from collections.abc import Callable, Mapping

from cscfuse_keras.config import Config
from cscfuse_keras.training import ivf, ivf_pyramid, mef, msf
from cscfuse_keras.training.progress import Progress


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Attributes:
        settings: class of the training's settings; the network's are in `cscfuse_keras.models.networks`.
        train: from sources, the run's folder, both settings and whether to resume, to the run's progress.
    """

    settings: type[Config]
    train: Callable[..., Progress]


RECIPES: Mapping[str, Recipe] = {
    "ivf": Recipe(ivf.IVFTraining, ivf.train),
    "ivf_pyramid": Recipe(ivf_pyramid.IVFPyramidTraining, ivf_pyramid.train),
    "mef": Recipe(mef.MEFTraining, mef.train),
    "msf": Recipe(msf.MSFTraining, msf.train),
}
"""All recipes by network."""
