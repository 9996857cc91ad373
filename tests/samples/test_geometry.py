import numpy as np
import pytest

from cscfuse_keras.samples.geometry import (
    Camera,
    Window,
    capsule,
    convex,
    cylinder,
    enter_box,
    gradient,
    norm,
    rounded_box,
    smooth_union,
    trace,
)

CAMERA = Camera(height=40, width=60, focal=50.0, centre=(31.0, 18.0), position=(0.5, 1.5, -1.0))


def column(*values):
    return np.array(values, np.float32).reshape(3, 1)


def test_points_along_rays_project_back_to_their_pixels():
    window = Window(3, 9, 20, 31)
    columns, rows = CAMERA.project(CAMERA.along(CAMERA.rays(window), np.full((6, 11), 7.0)))
    np.testing.assert_allclose(columns, np.broadcast_to(np.arange(20, 31) + 0.5, (6, 11)), atol=1e-4)
    np.testing.assert_allclose(rows, np.broadcast_to(np.arange(3, 9)[:, None] + 0.5, (6, 11)), atol=1e-4)


def test_box_behind_the_camera_covers_no_pixel():
    assert CAMERA.window((-1, -1, -5), (1, 1, -2)).empty


def test_box_is_entered_by_the_face_in_front():
    enter, leave, axis = enter_box(CAMERA, CAMERA.rays(), (-1, 0, 4), (2, 3, 6))
    row, col = 18, 31
    assert (enter[row, col], leave[row, col], axis[row, col]) == (pytest.approx(5), pytest.approx(7), 2)
    assert leave[0, 0] < enter[0, 0]


def test_traced_sphere_lies_where_it_should():
    centre, radius = np.array([0.7, 1.4, 4.0], np.float32), 0.8

    def sphere(points):
        return norm(points - centre.reshape(3, *[1] * (points.ndim - 1))) - radius

    rays = CAMERA.rays()
    low, high = centre - radius, centre + radius
    enter, leave, _ = enter_box(CAMERA, rays, low.tolist(), high.tolist())
    depth = trace(sphere, CAMERA, rays, enter, leave)
    hit = np.isfinite(depth)

    from_centre = np.array(CAMERA.position).reshape(3, 1, 1) - centre.reshape(3, 1, 1)
    b, a = (rays * from_centre).sum(0), (rays**2).sum(0)
    discriminant = b**2 - a * ((from_centre**2).sum(0) - radius**2)
    assert (hit == (discriminant > 0)).mean() > 0.99
    both = hit & (discriminant > 0.2)
    np.testing.assert_allclose(depth[both], ((-b - np.sqrt(np.maximum(discriminant, 0))) / a)[both], atol=5e-3)

    points = CAMERA.along(rays, np.where(hit, depth, 1.0))[:, hit]
    np.testing.assert_allclose(gradient(sphere, points), (points - centre[:, None]) / radius, atol=1e-2)


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (capsule(column(2, 5, 0), (0, 0, 0), (0, 4, 0), 1.0, 0.5), np.sqrt(5) - 0.5),
        (rounded_box(column(3, 0, 0), (0, 0, 0), (1, 1, 1), 0.2), 2.0),
        (rounded_box(column(0, 0, 0), (0, 0, 0), (1, 2, 3), 0.2), -1.0),
        (cylinder(column(0, 3, 0), (0, 0, 0), 1, 1.0, 2.0), 1.0),
        (cylinder(column(3, 0, 0), (0, 0, 0), 1, 1.0, 2.0), 2.0),
        (convex(column(0, 3, 0), np.float32([[0, 1, 0], [0, -1, 0]]), np.float32([1, 1]), 0.01), 2.0),
        (smooth_union(np.array([1.0]), np.array([9.0]), 0.5), 1.0),
        (smooth_union(np.array([1.0]), np.array([1.0]), 0.4), 0.9),
    ],
)
def test_distances(distance, expected):
    np.testing.assert_allclose(distance, [expected], rtol=1e-5)
