"""What the page holds beside its code: networks and drawn samples. Usage: python web/prepare.py FOLDER."""

import sys
from pathlib import Path

from cscfuse_keras.cli.quiet import load_keras, quietly
from cscfuse_keras.io import to_depth, write_picture
from cscfuse_keras.samples import exposure_bracket, night_road, spectral_scene
from cscfuse_keras.samples.sensor import srgb
from pipelines.wald import Wald


def write_samples(folder: Path) -> None:
    """Draw a scene a task."""
    side, scale = 512, 4
    colour = srgb(spectral_scene(height=side, width=side)[2])
    pictures = {
        **dict(zip(("infrared", "visible"), night_road(), strict=True)),
        **{f"exposure_{k}": image for k, image in enumerate(exposure_bracket(), start=1)},
        "rgb": Wald(scale).degrade_bands(colour),
        # A panchromatic sensor sees all colours.
        "panchromatic": colour.mean(-1),
    }
    for name, image in pictures.items():
        write_picture(folder / f"{name}.png", to_depth(image, "uint8"), overwrite=True)


if __name__ == "__main__":
    public = Path(sys.argv[1])
    for name in ("networks", "samples"):
        (public / name).mkdir(parents=True, exist_ok=True)
    write_samples(public / "samples")
    load_keras()
    with quietly():
        # TensorFlow talks while it loads.
        from cscfuse_keras.export.browser import write_networks

        write_networks(public / "networks")
