import pytest

from cscfuse_keras.report.display import heading, shown_number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7.12345, "7.123"),
        (0.0, "0.000"),
        (0.0005, "0.001"),
        (0.00012, "1.2e-04"),
        (-0.25, "-0.250"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers(value, shown):
    assert shown_number(value) == shown


def test_heading_points_to_the_better_direction(metrics):
    assert [heading(metric) for metric in metrics] == ["UP ↑", "DOWN ↓"]
