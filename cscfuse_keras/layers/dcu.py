"""The dictionary convolutional unit: one learned step of convolutional sparse coding."""

import keras
from keras import ops

from cscfuse_keras.layers.padded_conv import PaddedConv2D
from cscfuse_keras.layers.soft_threshold import SoftThreshold

ACTIVATIONS = ("soft_threshold", "prelu", "relu", "leaky_relu")


def shrinkage(
    activation: str,
    initial_threshold: float = 0.01,
    shared_threshold: bool = False,
    nonnegative_threshold: bool = True,
    **kwargs,
) -> keras.layers.Layer:
    """Layer for the activation of a unit, by name.

    Args:
        activation: one of `ACTIVATIONS`.
        initial_threshold: start of the thresholds of `"soft_threshold"`.
        shared_threshold: one threshold for all channels.
        nonnegative_threshold: constrain thresholds to t >= 0.
        kwargs: passed to the layer (name, dtype).

    Raises:
        ValueError: the name is unknown.
    """
    if activation == "soft_threshold":
        return SoftThreshold(initial_threshold, shared_threshold, nonnegative_threshold, **kwargs)
    if activation == "prelu":
        return keras.layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2], **kwargs)
    if activation == "relu":
        return keras.layers.ReLU(**kwargs)
    if activation == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=0.01, **kwargs)
    raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; received {activation!r}")


@keras.saving.register_keras_serializable("cscfuse_keras")
class DictionaryConvolutionalUnit(keras.layers.Layer):
    """z' = f( BN( z + Conv1( x - Conv0(z) ) ) ), an unrolled iteration of ISTA (Zhao et al. 2023, eq. 5 to 8).

    Conv0, the decoder, maps the code to the image with the learned dictionary; Conv1, the encoder, maps the residual
    back to the code. Called without a code the unit starts from z = 0; no convolution is spent on zeros, unless Conv0
    has biases.

    Args:
        code_channels: channels of the code given and, unless `output_channels` is set, of the code returned.
        kernel_size: odd side of the kernels.
        dilation: distance between kernel taps.
        decoder_convolutions: number of convolutions in Conv0. All but the first keep the image's channels.
        encoder_convolutions: number of convolutions in Conv1. All but the last keep the image's channels.
        activation: f, one of `"soft_threshold"`, `"prelu"`, `"relu"`, `"leaky_relu"`.
        initial_threshold: start of the thresholds, see `SoftThreshold`.
        shared_threshold: see `SoftThreshold`.
        nonnegative_threshold: see `SoftThreshold`.
        batch_normalization: whether BN is applied.
        border: border of the convolutions, see `PaddedConv2D`.
        use_bias: biases in Conv0 and Conv1 (and in the channel shift).
        output_channels: if set, a 1x1 convolution changes the channels of z + Conv1(.) before BN.

    Inputs: image x (batch, height, width, image channels), and code z (batch, height, width, code_channels) or None.
    Output: code (batch, height, width, output_channels or code_channels).
    """

    def __init__(
        self,
        code_channels: int,
        kernel_size: int = 3,
        dilation: int = 1,
        decoder_convolutions: int = 1,
        encoder_convolutions: int = 1,
        activation: str = "soft_threshold",
        initial_threshold: float = 0.01,
        shared_threshold: bool = False,
        nonnegative_threshold: bool = True,
        batch_normalization: bool = True,
        border: str = "reflect",
        use_bias: bool = False,
        output_channels: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if min(decoder_convolutions, encoder_convolutions) < 1:
            raise ValueError(
                "decoder_convolutions and encoder_convolutions must be at least 1; received "
                f"{decoder_convolutions} and {encoder_convolutions}"
            )
        self.settings = {
            "code_channels": code_channels,
            "kernel_size": kernel_size,
            "dilation": dilation,
            "decoder_convolutions": decoder_convolutions,
            "encoder_convolutions": encoder_convolutions,
            "activation": activation,
            "initial_threshold": initial_threshold,
            "shared_threshold": shared_threshold,
            "nonnegative_threshold": nonnegative_threshold,
            "batch_normalization": batch_normalization,
            "border": border,
            "use_bias": use_bias,
            "output_channels": output_channels,
        }
        self.shrinkage = shrinkage(
            activation, initial_threshold, shared_threshold, nonnegative_threshold, dtype=self.dtype_policy
        )

    def build(self, image_shape, code_shape=None):
        """Create the convolutions; Conv0 only when a code will be given."""
        image_channels, code_channels = image_shape[-1], self.settings["code_channels"]
        has_code = code_shape is not None
        if has_code and code_shape[-1] != code_channels:
            raise ValueError(f"code must have {code_channels} channels (code_channels); received shape {code_shape}")
        widths = [image_channels] * (self.settings["encoder_convolutions"] - 1) + [code_channels]
        self.encoder = [self._convolution(width, f"encoder_{k}") for k, width in enumerate(widths)]
        self.decoder = [
            self._convolution(image_channels, f"decoder_{k}")
            for k in range(self.settings["decoder_convolutions"] if has_code else 0)
        ]
        for convolution in self.encoder:
            convolution.build(image_shape)
        for k, convolution in enumerate(self.decoder):
            convolution.build(image_shape if k else code_shape)
        pre_activation_shape = (*image_shape[:-1], code_channels)
        self.channel_shift = None
        if self.settings["output_channels"] is not None:
            self.channel_shift = PaddedConv2D(
                self.settings["output_channels"],
                kernel_size=1,
                use_bias=self.settings["use_bias"],
                name="channel_shift",
                dtype=self.dtype_policy,
            )
            self.channel_shift.build(pre_activation_shape)
            pre_activation_shape = (*image_shape[:-1], self.settings["output_channels"])
        self.normalization = None
        if self.settings["batch_normalization"]:
            self.normalization = keras.layers.BatchNormalization(
                momentum=0.9, epsilon=1e-5, name="normalization", dtype=self.dtype_policy
            )
            self.normalization.build(pre_activation_shape)
        self.shrinkage.build(pre_activation_shape)

    def _convolution(self, filters, name):
        return PaddedConv2D(
            filters,
            self.settings["kernel_size"],
            self.settings["dilation"],
            self.settings["border"],
            self.settings["use_bias"],
            name=name,
            dtype=self.dtype_policy,
        )

    def residual(self, image, code=None):
        """What the code does not explain yet, x - Conv0(z), same shape as the image; no code means z = 0."""
        if code is None:
            if not (self.decoder and self.settings["use_bias"]):
                return image
            code = ops.zeros((*ops.shape(image)[:-1], self.settings["code_channels"]), image.dtype)
        if not self.decoder:
            raise ValueError("this unit was built without a code: call it without one, or build it with code_shape")
        reconstruction = code
        for convolution in self.decoder:
            reconstruction = convolution(reconstruction)
        return image - reconstruction

    def call(self, image, code=None, training=False):
        """New code from the image and the code so far."""
        update = self.residual(image, code)
        for convolution in self.encoder:
            update = convolution(update)
        code = update if code is None else code + update
        if self.channel_shift is not None:
            code = self.channel_shift(code)
        if self.normalization is not None:
            code = self.normalization(code, training=training)
        return self.shrinkage(code)

    def compute_output_shape(self, image_shape, code_shape=None):
        """Height and width of the image, channels of the code."""
        return (*image_shape[:-1], self.settings["output_channels"] or self.settings["code_channels"])

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), **self.settings}
