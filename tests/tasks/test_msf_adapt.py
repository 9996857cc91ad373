import numpy as np
import pytest

import cscfuse_keras
from cscfuse_keras.baselines.generalized_laplacian_pyramid import GLPFuser
from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.runtimes.tiles import shape
from cscfuse_keras.samples.spectral_scene import spectral_scene
from cscfuse_keras.tasks.msf_adapt import LARGEST_PART, MOST_PARTS, adapt_pixels, drawn_windows, whole_ratio
from cscfuse_keras.training import least_squares, msf_adaptation
from pipelines.wald import Wald


def block_means(image):
    height, width, channels = image.shape
    return image.reshape(height // 2, 2, width // 2, 2, channels).mean(axis=(1, 3))


@pytest.mark.parametrize(
    ("bands_of", "guide_of"),
    [(Wald(2).degrade_bands, Wald(2).degrade_guide), (block_means, block_means)],
    ids=["mtf", "block means"],
)
def test_arrays_are_fused_by_a_model_of_their_own(bands_of, guide_of, monkeypatch):
    """Whatever sensor took them, which nobody tells: better than regression-based injection by usual gains."""
    monkeypatch.setattr(least_squares, "PIXELS", 3000)
    scene, _, sharp = spectral_scene(5, 192, 256)
    truth, guide = np.clip(bands_of(scene), 0, 1), np.clip(guide_of(sharp), 0, 1)
    low = np.clip(bands_of(truth), 0, 1)
    low, guide = np.rint(2047 * low).astype("uint16"), np.rint(255 * guide).astype("uint8")
    ranges = {"data_range": 2047, "guide_range": 255}
    model = cscfuse_keras.adapt(low, guide, **ranges, steps=20)
    fused = cscfuse_keras.fuse("msf", low, guide, **ranges, preset=model)
    assert (fused.shape, fused.dtype) == ((96, 128, 5), np.uint16)
    injected = GLPFuser(Wald(2)).fuse((low / 2047).astype("float32"), (guide / 255).astype("float32"))
    errors = [np.mean((image - truth) ** 2) for image in (fused / 2047, injected)]
    assert errors[0] < errors[1]


def test_bad_arguments_are_refused():
    low, guide = np.zeros((40, 40, 2)), np.zeros((80, 80, 1))
    ranges = {"data_range": 1, "guide_range": 1}
    with pytest.raises(UsageError, match="sensor"):
        cscfuse_keras.adapt(low, guide, **ranges, sensor="eye")
    with pytest.raises(InputError, match="guide: expected values"):
        cscfuse_keras.adapt(low, guide + 2, **ranges)
    with pytest.raises(InputError, match=r"low_resolution, guide: .*at least"):
        cscfuse_keras.adapt(low[:12], guide[:24], **ranges)


@pytest.mark.parametrize("guide", [(9, 12, 1), (18, 25, 1), (20, 24, 1), (5, 6, 1)])
def test_ratios_are_whole(guide):
    assert whole_ratio((9, 12, 4), (27, 36, 1)) == 3
    with pytest.raises(InputError, match=r"a, b: .* 12 x 9 and \d+ x \d+"):
        whole_ratio((9, 12, 4), guide, "a, b")


@pytest.mark.parametrize("size", [(5, 7), (384, 385), (2000, 100)])
def test_windows_make_up_the_image(size):
    seen = np.zeros(size, int)
    windows = drawn_windows(size, 0)
    for window in windows:
        assert max(shape(window)) <= LARGEST_PART
        seen[window] += 1
    assert (seen == 1).all()
    assert sorted(map(str, drawn_windows(size, 1))) == sorted(map(str, windows))


def test_of_large_images_parts_are_read(monkeypatch):
    read, parts_seen = [], []

    class Image:
        def __getitem__(self, window):
            read.append(window)
            return np.zeros((*shape(window), 1), "float32")

    def valid(window):
        # The upper half of the scene is nodata.
        return np.full(shape(window), window[0].start >= 10_000)

    monkeypatch.setattr(msf_adaptation, "adapt", lambda parts, *others: parts_seen.extend(parts))
    adapt_pixels(Image(), Image(), (20_000, 20_000), valid, Wald(4), msf_adaptation.Adaptation())
    assert len(parts_seen) == MOST_PARTS
    assert len(read) == 2 * MOST_PARTS
    assert all(part.valid.all() for part in parts_seen)
    assert parts_seen[0].guide.shape[0] == 4 * parts_seen[0].bands.shape[0]
