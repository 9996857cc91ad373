"""The tasks that exist: what builds their networks."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.models import ivf, mef, msf


@dataclasses.dataclass(frozen=True)
class Task:
    """Builders of one task.

    Attributes:
        name: as on the command line.
        config: class of the network's settings.
        variants: settings by variant name, `"paper"` and `"release"`.
        build_network: from settings to the model that holds all weights and is trained.
        build_fusion: from settings and that model to the model that fuses, sharing its layers.
        settings_of: settings that a loaded fusion model was built with, as far as they may be changed afterwards.
    """

    name: str
    config: type[Config]
    variants: Mapping[str, Any]
    build_network: Callable[[Any], keras.Model]
    build_fusion: Callable[[Any, keras.Model], keras.Model]
    settings_of: Callable[[keras.Model], Config]


TASKS = {
    "ivf": Task("ivf", ivf.IVFConfig, ivf.VARIANTS, ivf.build_autoencoder, ivf.build_fusion, ivf.merge_settings),
    "mef": Task("mef", mef.MEFConfig, mef.VARIANTS, mef.build_fusion, mef.build_fusion, mef.merge_settings),
    "msf": Task("msf", msf.MSFConfig, msf.VARIANTS, msf.build_network, msf.build_fusion, msf.settings_of),
}
"""All tasks by name."""
