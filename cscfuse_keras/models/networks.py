"""The networks that exist: which task each is for, and what builds it."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.errors import UsageError
from cscfuse_keras.models import ivf, ivf_pyramid, mef, msf


@dataclasses.dataclass(frozen=True)
class Network:
    """Builders of one kind of network.

    Attributes:
        task: what it is for, as on the command line.
        config: class of its settings.
        variants: settings by variant name, such as `"paper"` and `"release"`; different from those of the task's other
            networks.
        build_network: from settings to the model that holds all weights and is trained.
        build_fusion: from settings and that model to the model that fuses, sharing its layers.
        settings_of: settings that a loaded fusion model was built with, as far as they may be changed afterwards.
        gains: settings that a factor on the contrast of the fused picture sets, all of them to its value.
        fusion_settings: settings that only fusing sees: training is the same whatever they are.
    """

    task: str
    config: type[Config]
    variants: Mapping[str, Any]
    build_network: Callable[[Any], keras.Model]
    build_fusion: Callable[[Any, keras.Model], keras.Model]
    settings_of: Callable[[keras.Model], Config]
    gains: tuple[str, ...] = ()
    fusion_settings: tuple[str, ...] = ()


NETWORKS = {
    "ivf": Network(
        "ivf",
        ivf.IVFConfig,
        ivf.VARIANTS,
        ivf.build_autoencoder,
        ivf.build_fusion,
        ivf.merge_settings,
        ("base_gain", "detail_gain"),
        ("base_rule", "detail_rule", "base_gain", "detail_gain"),
    ),
    "ivf_pyramid": Network(
        "ivf",
        ivf_pyramid.IVFPyramidConfig,
        ivf_pyramid.VARIANTS,
        ivf_pyramid.build_fusion,
        ivf_pyramid.build_fusion,
        ivf_pyramid.contrast_settings,
        ("contrast",),
    ),
    "mef": Network("mef", mef.MEFConfig, mef.VARIANTS, mef.build_fusion, mef.build_fusion, mef.merge_settings),
    "msf": Network("msf", msf.MSFConfig, msf.VARIANTS, msf.build_network, msf.build_fusion, msf.settings_of),
}
"""All networks by name; the fusion model of one is called NAME_fusion."""


def network_of(task: str, variant: str) -> str:
    """Name of the task's network that has a variant.

    Raises:
        UsageError: there is none.
    """
    of_task = {name: network.variants for name, network in NETWORKS.items() if network.task == task}
    for name, variants in of_task.items():
        if variant in variants:
            return name
    known = ", ".join(variant for variants in of_task.values() for variant in variants)
    raise UsageError(f"--variant: expected one of {known} for {task}, found {variant!r}; choose one of them")
