import numpy as np
import pytest

from cscfuse_keras.losses.fused_tone import correlations_of_differences
from cscfuse_keras.losses.reference_figures import LARGEST_CORRELATIONS, lack_of_figures

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def both(sources):
    return np.clip(sources.sum(axis=-1, keepdims=True) - 0.3, 0.02, 0.98)


def test_an_image_lacks_nothing_to_itself(sources, both, numpy_of):
    assert numpy_of(lack_of_figures(both, both, sources)) == pytest.approx(0, abs=5e-3)


def test_flat_image_lacks_all_of_five_figures_and_the_correlations(sources, both, numpy_of):
    flat = np.full_like(both, 0.5)
    lacking = float(numpy_of(lack_of_figures(flat, both, sources))[0])
    of_both, of_flat = (float(numpy_of(correlations_of_differences(image, sources))[0]) for image in (both, flat))
    assert lacking == pytest.approx(5 + max(0, of_both - of_flat), abs=0.05)


def test_what_is_beyond_the_reference_does_not_count(sources, both, numpy_of):
    """Half of the contrast is less in all figures but scale-free ones; the other way round nothing is lacking there."""
    weaker = 0.5 + 0.5 * (both - 0.5)
    assert numpy_of(lack_of_figures(weaker, both, sources))[0] > 0.9
    lacking = numpy_of(lack_of_figures(both, weaker, sources))[0]
    assert lacking < 0.5 * numpy_of(lack_of_figures(weaker, both, sources))[0]


def test_more_differences_are_asked_for_up_to_a_limit(sources, numpy_of):
    copy = sources[..., :1]
    asked = [float(numpy_of(lack_of_figures(copy, copy, sources, more))[0]) for more in (0.0, 0.02, 9.0, 99.0)]
    assert asked[1] - asked[0] == pytest.approx(0.02, abs=1e-4)
    assert asked[1] < asked[2] == asked[3] < LARGEST_CORRELATIONS


def test_what_may_be_lost_of_information_and_edges_is_not_lacking(sources, both, numpy_of):
    flat = np.full_like(both, 0.5)
    all_lost, spared = (
        float(numpy_of(lack_of_figures(flat, both, sources, 0.0, *spare))[0]) for spare in ((0, 0), (0.3, 0.2))
    )
    assert all_lost - spared == pytest.approx(0.5, abs=0.02)
