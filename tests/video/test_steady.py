import math

import numpy as np
import pytest

from cscfuse_keras.video.steady import SteadyStatistics


def walk(statistics, values, pictures, rate=25):
    """The means of values that come with pictures."""
    means = []
    for k, (value, pair) in enumerate(zip(values, pictures, strict=True)):
        statistics.advance(k / rate, *pair)
        means.append(statistics("value", value))
    return means


def same(count, random_images):
    return [(random_images(60, 80), random_images(60, 80, seed=1))] * count


@pytest.mark.parametrize("rate", [10, 50])
def test_a_step_comes_through_by_63_percent_in_the_time_constant(rate, random_images):
    means = walk(SteadyStatistics(2.0), [0.0] + [1.0] * 2 * rate, same(2 * rate + 1, random_images), rate)
    assert means[0] == 0
    assert means[-1] == pytest.approx(1 - math.exp(-1), abs=1e-5)
    assert np.all(np.diff(means) > 0)


def test_arrays_by_name(random_images):
    statistics = SteadyStatistics()
    statistics.advance(0, *same(1, random_images)[0])
    assert statistics(("low", 0), np.array([1.0, 2.0])).tolist() == [1, 2]
    assert statistics(("low", 1), np.array([5.0])).tolist() == [5]


def test_a_cut_starts_anew(random_images):
    pictures = same(5, random_images) + [(random_images(60, 80, seed=2), random_images(60, 80, seed=3))] * 5
    statistics = SteadyStatistics()
    assert walk(statistics, [0.0] * 5 + [1.0] * 5, pictures)[5:] == [1] * 5
    assert statistics.cuts == 1


def test_light_and_a_change_in_one_video_are_no_cut(random_images):
    first, second = same(1, random_images)[0]
    pictures = [(first, second), (0.2 * first + 0.5, 0.3 * second), (random_images(60, 80, seed=4), second)]
    # Nor do pictures without contrast tell of one.
    pictures += [(np.zeros_like(first), np.zeros_like(first)), (first, second)]
    statistics = SteadyStatistics()
    walk(statistics, [0.0] * 5, pictures)
    assert statistics.cuts == 0
