import keras
import numpy as np
import pytest

from cscfuse_keras.models import ivf, ivf_pyramid, mef, msf


def with_random_heads(model):
    """Kernels that start from zeros made random: there sources would not matter."""
    generator = np.random.default_rng(1)
    for weight in model.weights:
        if not np.any(keras.ops.convert_to_numpy(weight)) and len(weight.shape) == 4:
            weight.assign(generator.normal(0, 0.1, weight.shape))
    return model


@pytest.fixture(scope="session")
def networks():
    """Small fusion models with random weights, by name."""
    keras.utils.set_random_seed(0)
    small = {"units": 2, "code_channels": 4}
    models = {
        "ivf": ivf.build_fusion(ivf.IVFConfig(**small, decoder_channels=(4,))),
        "ivf_release": ivf.build_fusion(
            ivf.IVFConfig(
                **small, decoder_channels=(4,), later_units_see="image", base_rule="sum", detail_rule="average"
            )
        ),
        "ivf_pyramid": ivf_pyramid.build_fusion(
            ivf_pyramid.IVFPyramidConfig(**small, levels=3, context_channels=2, contrast=1.4)
        ),
        "mef": mef.build_fusion(mef.MEFConfig(**small)),
        "mef_pyramid": mef.build_fusion(mef.MEFConfig(**small, levels=3, detail_gain=1.3)),
        "msf": msf.build_network(msf.MSFConfig(**small, bands=3, guide_channels=1)),
        "msf_joint": msf.build_network(
            msf.MSFConfig(units=0, joint_units=2, joint_channels=4, bands=3, guide_channels=2, joint_kernel=3)
        ),
    }
    return {name: with_random_heads(model) for name, model in models.items()}


@pytest.fixture(scope="session")
def scenes(random_images):
    """Inputs of the networks, by name."""
    pair = {"infrared": random_images(1, 24, 33, 1), "visible": random_images(1, 24, 33, 1, seed=1)}
    exposures = random_images(1, 3, 24, 33, 3)
    low, guide = random_images(1, 16, 17, 3), random_images(1, 32, 34, 1, seed=2)
    return {
        "ivf": pair,
        "ivf_release": pair,
        "ivf_pyramid": pair,
        "mef": exposures,
        "mef_pyramid": exposures,
        "msf": {"low_resolution": low, "guide": guide},
        "msf_joint": {"low_resolution": low, "guide": random_images(1, 32, 34, 2, seed=3)},
    }
