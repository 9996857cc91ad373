"""Multi-spectral fusion, as one TensorFlow function."""

import keras
import tensorflow as tf

from cscfuse_keras.deployment.parts import guided_parts, joint_part
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.graphs.fast_guided_filter import fast_guided_filter
from cscfuse_keras.export.graphs.resize import enlarge, enlarged_squares, shrink
from cscfuse_keras.models.msf import settings_of

_OPERATIONS = TensorFlowOperations()


def graph(
    fusion: keras.Model, size: tuple[int, int] | None = None, exposures: int | None = None, rescale: bool = True
) -> Graph:
    """See `cscfuse_keras.export.graphs.graph_for`; inputs `low_resolution` and `guide`."""
    fuser = _Fuser(fusion, rescale)
    settings = fuser.settings
    height, width = size or (None, None)
    low_height, low_width = (side // settings.scale for side in size) if size else (None, None)
    return Graph(
        inputs={
            "low_resolution": (1, low_height, low_width, settings.bands),
            "guide": (1, height, width, settings.guide_channels),
        },
        output=(1, height, width, settings.bands),
        function=lambda low_resolution, guide: tf.minimum(tf.maximum(fuser(low_resolution, guide), 0.0), 1.0),
        smallest=fuser.smallest,
    )


class _Fuser:
    """The enlarged image and what the branches add to it; see `cscfuse_keras.models.msf`."""

    def __init__(self, fusion, rescale):
        self.settings = settings_of(fusion)
        self.guided, self.joint = guided_parts(fusion, rescale), joint_part(fusion, rescale)
        self.smallest = max(part.smallest for part in (*(self.guided or ()), *([self.joint] if self.joint else [])))

    def __call__(self, low_resolution, guide):
        fused = self.enlarged(low_resolution, guide)
        return fused + self.guided_detail(low_resolution, guide, *self.guided) if self.guided else fused

    def enlarged(self, low_resolution, guide):
        """The enlarged image, with the detail of the joint branch if there is one."""
        scale, grid = self.settings.scale, self.settings.grid
        if not self.joint:
            return enlarge(low_resolution, scale, grid)
        seen = tf.concat([low_resolution, tf.nn.space_to_depth(guide, scale)], -1)
        (squares,) = self.joint(_OPERATIONS, seen)
        if grid == "align_corners":
            return enlarge(low_resolution, scale, grid) + tf.nn.depth_to_space(squares, scale)
        # Added before squares become pixels, which then happens once.
        return tf.nn.depth_to_space(squares + enlarged_squares(low_resolution, scale, grid), scale)

    def guided_detail(self, low_resolution, guide, low_coder, guide_coder, decoder):
        """The paper's network."""
        settings = self.settings
        (low_code,), (guide_code,) = low_coder(_OPERATIONS, low_resolution), guide_coder(_OPERATIONS, guide)
        low_guide_code = shrink(guide_code, settings.scale, settings.grid)
        lifted = fast_guided_filter(
            low_guide_code, low_code, guide_code, settings.radius, settings.epsilon, settings.scale, settings.grid
        )
        (detail,) = decoder(_OPERATIONS, lifted)
        return detail
