import numpy as np
import pytest

from cscfuse_keras.baselines.anisotropic_diffusion import AnisotropicDiffusionFuser, diffused


def test_noise_goes_and_edges_stay(random_images):
    step = np.where(np.arange(40) < 20, 0.2, 0.8).astype("float32")[np.newaxis].repeat(30, axis=0)
    noisy = step + random_images(30, 40, low=-0.03, high=0.03)
    smooth = diffused(noisy)
    assert smooth[:, :19].std() < 0.3 * noisy[:, :19].std()
    np.testing.assert_allclose(smooth[:, [19, 20]], step[:, [19, 20]], atol=0.03)


def test_grey_is_neither_made_nor_lost(random_images):
    image = random_images(17, 23)
    assert diffused(image).mean() == pytest.approx(image.mean(), abs=1e-6)


def test_faint_waves_fade_as_heat_does():
    # Where gradients are far below the conductance, each of 10 steps damps a wave by 1 - 0.15 (2 - 2 cos w).
    wave = np.cos(np.pi * (np.arange(32) + 0.5) / 4)[np.newaxis].repeat(8, axis=0)
    smooth = diffused((0.5 + 1e-3 * wave).astype("float32"))
    expected = 0.5 + 1e-3 * (1 - 0.15 * (2 - 2 * np.cos(np.pi / 4))) ** 10 * wave
    np.testing.assert_allclose(smooth, expected, atol=2e-6)


def test_details_are_weighted_along_their_axis(random_images):
    texture = random_images(48, 64, low=-0.02, high=0.02)
    strong, weak = 0.5 + 2 * texture, 0.5 + texture
    details = [image - diffused(image) for image in (strong, weak)]
    # Details in proportion 2 : 1 get weights of this proportion.
    share = details[0].std() / (details[0].std() + details[1].std())
    expected = (diffused(strong) + diffused(weak)) / 2 + share * details[0] + (1 - share) * details[1]
    np.testing.assert_allclose(AnisotropicDiffusionFuser().fuse(strong, weak), expected, atol=2e-4)


def test_details_that_oppose_each_other_do_not_blow_up(random_images):
    texture = random_images(48, 64, low=-0.02, high=0.02)
    fused = AnisotropicDiffusionFuser().fuse(0.5 + texture, 0.5 - texture)
    np.testing.assert_allclose(fused, 0.5, atol=2e-3)
