import numpy as np

from cscfuse_keras.samples.geometry import rod
from cscfuse_keras.samples.shadow import clearance, openness, passage

POST = rod((0.0, 0.0, 0.0), (0.0, 2.0, 0.0), 0.2, 0.2)


def test_clearance_is_the_distance_to_the_nearest_body_up_to_the_limit():
    beside = rod((5.0, 0.0, 0.0), (5.0, 2.0, 0.0), 0.2, 0.2)
    points = np.array([[1.0, 4.0, 50.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]], np.float32)
    np.testing.assert_allclose(clearance([POST, beside], points, most=3.0), [0.8, 0.8, 3.0], atol=1e-6)


def test_light_passes_beside_a_body_and_not_through_it():
    start = np.array([[2.0, 2.0], [1.0, 1.0], [0.0, 5.0]], np.float32)
    goal = np.array([[-2.0, -2.0], [1.0, 1.0], [0.0, 5.0]], np.float32)
    np.testing.assert_allclose(passage(POST.distance, start, goal, sharpness=10.0), [0.0, 1.0], atol=1e-6)


def test_openness_falls_towards_a_body():
    points = np.array([[0.3, 0.6, 5.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]], np.float32)
    toward = np.tile(np.array([[-1.0], [0.0], [0.0]], np.float32), 3)
    near, further, far = openness(POST.distance, points, toward, (0.1, 0.3))
    assert near < further < far == 1
