import pytest

from cscfuse_keras.video.nearest import nearest_pairs


def timed(*times):
    return [(time, time) for time in times]


@pytest.mark.parametrize(
    ("leading", "other", "expected"),
    [
        ((0, 1, 2), (0, 1, 2), [(0, 0), (1, 1), (2, 2)]),
        ((0, 1, 2, 3), (0.1, 2.1), [(0, 0.1), (1, 0.1), (2, 2.1), (3, 2.1)]),
        ((0, 1, 2), (0, 0.4, 0.8, 1.2, 1.6, 2.0), [(0, 0), (1, 1.2), (2, 2.0)]),
        # Before the other's start, and after its end.
        ((0, 1, 2, 3, 4.5, 5), (2, 3), [(1, 2), (2, 2), (3, 3), (4.5, 3)]),
        # In a gap the nearest is taken, however far.
        ((0, 1, 2, 3, 4, 5, 6), (0, 1, 6), [(0, 0), (1, 1), (2, 1), (3, 1), (4, 6), (5, 6), (6, 6)]),
        ((0, 1), (), []),
        ((), (0, 1), []),
        ((5, 6), (0, 1), []),
    ],
)
def test_the_nearest_in_time(leading, other, expected):
    found = list(nearest_pairs(timed(*leading), timed(*other), 1.0, 1.5))
    assert [pair[:2] for pair in found] == expected
    assert [distance for *_, distance in found] == pytest.approx([abs(one - two) for one, two in expected])


def test_no_more_is_read_than_needed():
    def endless():
        time = 0.0
        while True:
            read.append(time)
            yield time, time
            time += 1.0

    read = []
    assert len(list(nearest_pairs(timed(0, 1, 2), endless(), 1.0, 1.0))) == 3
    assert read[-1] <= 4
