"""The release's multi-spectral weights in this project's `release` variant."""

import dataclasses
from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.errors import ModelError
from cscfuse_keras.models.msf import VARIANTS, build_network
from cscfuse_keras.models.release_state import ReleaseState, only_state

_BRANCHES = {"guide": "backbone_guide", "low_resolution": "backbone_lr"}


def fusion_from_release(states: Mapping[str, Mapping[str, np.ndarray]]) -> keras.Model:
    """Network with the release's weights; bands, guide channels and code channels are read off their shapes.

    Args:
        states: one state dict by file name.

    Raises:
        ModelError: there are several, or the parameters do not fit.
    """
    release = only_state(states, "multi-spectral")
    code_channels, guide_channels = _kernel_shape(release, "backbone_guide.conv0.weight")[:2]
    bands = _kernel_shape(release, "decoder.conv0.weight")[0]
    config = dataclasses.replace(
        VARIANTS["release"], bands=bands, guide_channels=guide_channels, code_channels=code_channels
    )
    network = build_network(config)
    for branch, name in _BRANCHES.items():
        # The release writes its first unit, which starts from a zero code, as a convolution and a shrinkage.
        first = network.get_layer(f"{branch}_unit_0")
        release.put_convolution(first.encoder[0], f"{name}.conv0")
        release.put_shrinkage(first.shrinkage, f"{name}.relu0")
        for k in range(1, config.units):
            release.put_unit(network.get_layer(f"{branch}_unit_{k}"), f"{name}.csc{k}")
    release.put_convolution(network.get_layer("decoder"), "decoder.conv0")
    release.check_all_used()
    return network


def _kernel_shape(release: ReleaseState, name: str) -> tuple[int, ...]:
    kernel = release.state.get(name)
    if kernel is None or kernel.ndim != 4:
        raise ModelError(
            f"{release.where}: expected parameter {name!r} of four axes, found "
            f"{'none of that name' if kernel is None else kernel.shape}; is it another network's?"
        )
    return kernel.shape
