import numpy as np

from cscfuse_keras.baselines.saliency import SaliencyFuser


def test_what_stands_out_of_one_image_is_kept():
    flat = np.full((100, 120), 0.4, "float32")
    spot = flat.copy()
    spot[45:55, 55:65] = 0.9
    fused = SaliencyFuser().fuse(spot, flat)
    # At the spot only one image differs from its mean: that one's detail counts, over the mean of bases.
    base = 0.4 + 0.5 * 100 / 35**2
    np.testing.assert_allclose(fused[50, 60], 0.9 - (base - 0.4) / 2, atol=1e-5)
    np.testing.assert_allclose(fused[:20], 0.4, atol=1e-6)


def test_equally_salient_images_are_averaged(random_images):
    texture = random_images(60, 70, low=-0.2, high=0.2)
    np.testing.assert_allclose(SaliencyFuser().fuse(0.5 + texture, 0.5 - texture), 0.5, atol=5e-4)
