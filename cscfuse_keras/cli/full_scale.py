"""The option that states which sample value means 1.0."""

from collections.abc import Mapping
from typing import Any

import click

from cscfuse_keras.errors import UsageError

LEAST, LARGEST = 256, 65535

OPTION = click.option(
    "--full-scale",
    type=click.FloatRange(0, min_open=True),
    help="The sample value that means 1.0: what the sensor gives, 4095 for 12 bits kept in 16; presets were trained on "
    "values that fill the range. Default: the largest of the integers. ivf, mef: of pictures of 16 bits. msf: of "
    "LOWRES, and of GUIDE where both have one sample type; needed for floating-point samples.",
)
INFRARED = click.option(
    "--infrared-full-scale",
    type=click.FloatRange(0, min_open=True),
    help="ivf: the same for infrared pictures, where that differs: 16383 for a thermal camera of 14 bits.",
)
OF_FOLDERS = click.option(
    "--full-scale",
    type=click.FloatRange(0, min_open=True),
    help="ivf, mef: the sample value that means 1.0 in pictures of 16 bits, fused ones too: 4095 for a camera of 12 "
    "bits. msf: in the bands. Default: the largest of their integers.",
)


def check_bits(given: Mapping[str, Any]) -> None:
    """Refuse a full scale of pictures that is none of samples of 16 bits.

    Raises:
        UsageError: one is not between those of 8 and of 16 bits.
    """
    for name in ("full_scale", "infrared_full_scale"):
        value = given.get(name)
        if value is not None and not (LEAST <= value <= LARGEST and value == int(value)):
            raise UsageError(
                f"--{name.replace('_', '-')}: expected a whole number from {LEAST} to {LARGEST}, of pictures of 16 "
                f"bits, found {value:g}; leave it out for pictures of 8 bits"
            )
