import keras
import numpy as np
import pytest

from cscfuse_keras.errors import ModelError, UsageError
from cscfuse_keras.explain import trace, trace_stacks
from cscfuse_keras.fusion import MergeCodes
from cscfuse_keras.models.ivf import IVFConfig, build_autoencoder
from cscfuse_keras.models.ivf_pyramid import build_training

pytestmark = pytest.mark.backend

SMALL = IVFConfig(units=2, code_channels=4)
NETWORKS = ["ivf", "ivf_release", "ivf_pyramid", "mef", "mef_pyramid", "msf", "msf_joint"]


@pytest.fixture(scope="module")
def traces(networks, scenes):
    return {name: trace(networks[name], scenes[name]) for name in NETWORKS}


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_add_up_to_what_the_model_gives(name, networks, scenes, traces, numpy_of):
    followed = traces[name]
    np.testing.assert_allclose(followed.fused, numpy_of(networks[name](scenes[name], training=False))[0], atol=1e-6)
    assert followed.contributions.remainder < 3e-6
    assert followed.contributions.parts.shape[0] == len(followed.contributions.names)
    assert np.abs(followed.contributions.parts).max() > 0.01
    np.testing.assert_allclose(followed.contributions.share_maps.sum(axis=0), 1, atol=1e-6)
    assert followed.contributions.share_maps.shape[1:] == followed.fused.shape[:2]


def test_parts_go_with_pictures_that_change_places(networks, scenes, traces):
    pair, before = scenes["ivf"], traces["ivf"].contributions
    after = trace(networks["ivf"], {"infrared": pair["visible"], "visible": pair["infrared"]}).contributions
    for source, other in (("infrared", "visible"), ("visible", "infrared")):
        parts = before.parts[list(before.compared[source])]
        np.testing.assert_allclose(after.parts[list(after.compared[other])], parts, atol=1e-5)
    assert np.abs(before.parts[0] - after.parts[0]).max() > 1e-3


@pytest.mark.parametrize("name", ["mef", "mef_pyramid"])
def test_weights_of_exposures_add_up_to_one(name, traces):
    titles = {weight.title for weight in traces[name].weights}
    for title in titles:
        total = sum(weight.values for weight in traces[name].weights if weight.title == title)
        np.testing.assert_allclose(total, 1, atol=1e-6)
    assert len(titles) == (1 if name == "mef" else 3)


def test_an_exposure_of_black_gives_nothing(networks, scenes):
    exposures = scenes["mef"].copy()
    exposures[:, 1] = 0
    for name in ("mef", "mef_pyramid"):
        assert not trace(networks[name], exposures).contributions.parts[1].any()


def test_a_picture_of_mid_grey_gives_nothing_to_a_pyramid(networks, scenes):
    pair = {**scenes["ivf_pyramid"], "infrared": np.full((1, 24, 33, 1), 0.5, np.float32)}
    parts = trace(networks["ivf_pyramid"], pair).contributions.parts
    np.testing.assert_allclose(parts[0], 0, atol=1e-7)
    assert np.abs(parts[1]).max() > 0.1


@pytest.mark.parametrize("name", ["msf", "msf_joint"])
def test_a_guide_without_detail_gives_none(name, networks, scenes):
    flat = {**scenes[name], "guide": np.full_like(scenes[name]["guide"], 0.4)}
    parts = trace(networks[name], flat).contributions.parts
    np.testing.assert_allclose(parts[2], 0, atol=1e-6)


def test_weights_merge_as_the_rules_do(networks, traces, numpy_of):
    stacks = {stack.name: stack for stack in traces["ivf"].stacks}
    detail = {weight.source: weight.values for weight in traces["ivf"].weights if weight.title.startswith("detail")}
    first, second = np.split(stacks["detail"].units[-1].code, 2)
    merged = detail["infrared"][..., np.newaxis] * first + detail["visible"][..., np.newaxis] * second
    np.testing.assert_allclose(merged, numpy_of(MergeCodes("l1_norm", 1.0)(first, second)), atol=1e-6)


def test_codes_are_those_of_the_network(networks, scenes, traces, numpy_of):
    encoder = networks["ivf"].get_layer("encoder")
    for k, source in enumerate(("infrared", "visible")):
        expected = encoder(scenes["ivf"][source], training=False)
        for stack, code in zip(traces["ivf"].stacks, expected, strict=True):
            np.testing.assert_allclose(stack.units[-1].code[k], numpy_of(code)[0], atol=1e-6)


def test_the_release_shows_the_whole_image_to_later_units(scenes, traces):
    for stack in traces["ivf_release"].stacks:
        assert not np.allclose(stack.units[0].image[0], scenes["ivf"]["infrared"][0], atol=1e-3)
        np.testing.assert_array_equal(stack.units[1].image[0], scenes["ivf"]["infrared"][0])
    for stack in traces["ivf"].stacks:
        assert stack.units[0].image is stack.units[1].image


def test_base_and_detail_add_up_to_the_source(scenes, traces):
    split = traces["ivf"].split
    np.testing.assert_allclose(
        split["visible, base"] + split["visible, detail"], scenes["ivf"]["visible"][0], atol=1e-6
    )


def test_stacks_have_the_names_that_models_give(traces):
    assert [stack.name for stack in traces["ivf"].stacks] == ["base", "detail"]
    assert [stack.coder for stack in traces["msf"].stacks] == ["low_resolution", "guide"]
    assert [stack.coder for stack in traces["msf_joint"].stacks] == ["joint"]
    assert [stack.name for stack in traces["mef_pyramid"].stacks] == [
        "level 1 (finest)",
        "level 2",
        "level 3 (coarsest)",
    ]
    assert len(traces["mef_pyramid"].coders) == 1
    assert traces["mef"].stacks[0].items == ("exposure 1", "exposure 2", "exposure 3")


def test_the_joint_stack_sees_squares_of_the_guide(scenes, traces):
    stack = traces["msf_joint"].stacks[0]
    image = stack.units[0].image[0]
    np.testing.assert_allclose(stack.groups[0].picture(image), scenes["msf"]["low_resolution"][0].mean(-1), atol=1e-6)
    np.testing.assert_allclose(stack.groups[1].picture(image), scenes["msf_joint"]["guide"][0].mean(-1), atol=1e-6)


def test_models_in_training_have_stacks(networks, scenes, random_images):
    autoencoder = build_autoencoder(SMALL)
    assert trace_stacks(autoencoder, random_images(2, 20, 20, 1))[0].units[-1].code.shape == (2, 20, 20, 4)
    training = build_training(networks["ivf_pyramid"])
    found, expected = (trace_stacks(model, scenes["ivf"]) for model in (training, networks["ivf_pyramid"]))
    np.testing.assert_array_equal(found[0].units[-1].code, expected[0].units[-1].code)


def test_other_models_and_batches_are_refused(networks, scenes):
    other = keras.Sequential([keras.Input((2,))], name="other")
    with pytest.raises(ModelError, match="found one named 'other'"):
        trace(other, scenes["ivf"])
    with pytest.raises(ModelError, match="expected a fusion model, found ivf_autoencoder"):
        trace(build_autoencoder(SMALL), scenes["ivf"])
    two = {name: np.concatenate([image, image]) for name, image in scenes["ivf"].items()}
    with pytest.raises(UsageError, match="infrared: expected a batch of one scene"):
        trace(networks["ivf"], two)
