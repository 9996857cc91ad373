"""Night sky over a town."""

import numpy as np

from cscfuse_keras.samples.geometry import Window, vector
from cscfuse_keras.samples.road.scene import Scene
from cscfuse_keras.samples.texture import ramp

NEAR_HORIZON = (0.050, 0.036, 0.030)
ZENITH = (0.0035, 0.0048, 0.011)


def paint_sky(scene: Scene) -> None:
    """Town glow over the horizon and thin cloud; cold in the infrared, coldest where high and clear."""
    camera, layers = scene.camera, scene.canvas.layers
    horizon = int(min(camera.centre[1] + 2, camera.height))
    rays = camera.rays(Window(0, horizon, 0, camera.width))
    elevation = np.maximum(rays[1] / np.sqrt(rays[0] ** 2 + 1), 0)
    ceiling = 1 / (elevation + 0.12)
    cloud = ramp(-0.6, 2.2, scene.noise(rays[0] * ceiling, ceiling, 0.9, 5))
    glow = np.exp(elevation * np.float32(-1 / 0.22)) * (0.55 + 0.9 * cloud)
    layers[:3, :horizon] = vector(ZENITH, 2) * (1 + 0.6 * cloud) + vector(NEAR_HORIZON, 2) * glow
    layers[3, :horizon] = 0.03 + 0.14 * np.exp(elevation * np.float32(-1 / 0.3)) + 0.07 * cloud
