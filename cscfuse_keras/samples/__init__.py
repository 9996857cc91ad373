"""Sample scenes drawn by code, for demonstrations, tests and documentation: no one's photographs.

A small ray caster (`geometry`, `canvas`, `lighting`, `shadow`) with textures by filtered noise (`texture`,
`foliage`) and models of cameras (`sensor`). The same size and seed give the same scene, with the same versions
of NumPy and OpenCV bit by bit.
"""

from cscfuse_keras.samples.exposure_bracket import exposure_bracket
from cscfuse_keras.samples.night_road import night_road
from cscfuse_keras.samples.spectral_scene import spectral_scene

__all__ = ["exposure_bracket", "night_road", "spectral_scene"]
