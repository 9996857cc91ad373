"""Scenes of an RGB picture and a panchromatic guide, to train `msf-rgb-x4` with, from photographs and satellites.

python benchmarks/panchromatic_scenes.py sice_train scenes/ --satellite ikonos.mat:2047 --satellite geoeye1.mat:255

The middle exposure of each scene becomes `bands.png`; its channels summed by drawn weights (about 0.3, 0.5,
0.2), under a drawn gamma of 0.8 to 1.3, become `guide.png`: panchromatic sensors differ. Every 14th scene goes to
`validation`, the others to `training`. Of satellite scenes the red, green and blue bands are taken beside the real
panchromatic band, as 16 bits of the stated full scale.
"""

from pathlib import Path

import click
import numpy as np

from cscfuse_keras.io import list_pictures, read_picture, to_depth, to_unit, write_picture
from cscfuse_keras.io.cubes import read_cube


def panchromatic(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """What a drawn panchromatic sensor sees of an RGB image in [0, 1]: (height, width) in [0, 1]."""
    weights = generator.dirichlet(np.array([0.3, 0.5, 0.2]) * 12)
    gamma = np.exp(generator.uniform(-0.25, 0.25))
    return np.clip(image @ weights, 0, 1) ** gamma


def write_scene(folder: Path, bands: np.ndarray, guide: np.ndarray, depth: str) -> None:
    """Store a scene as `cscfuse train --task msf` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, image in (("bands", bands), ("guide", guide)):
        write_picture(folder / f"{name}.png", to_depth(image, depth), overwrite=True)


@click.command()
@click.argument("brackets", type=click.Path(path_type=Path, exists=True))
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--satellite", "satellites", multiple=True, help="FILE.mat:FULL_SCALE, which holds I_MS and I_PAN.")
def main(brackets: Path, output: Path, satellites: tuple[str, ...]) -> None:
    """Write OUTPUT/training, OUTPUT/validation and OUTPUT/satellite."""
    generator = np.random.default_rng(0)
    for number, scene in enumerate(sorted(path for path in brackets.iterdir() if path.is_dir())):
        exposures = sorted(list_pictures(scene))
        picture = read_picture(exposures[len(exposures) // 2])
        image = to_unit(picture.pixels, picture.full_scale)
        part = "training" if number % 14 else "validation"
        write_scene(output / part / scene.name, image, panchromatic(image, generator), "uint8")
    for satellite in satellites:
        file, full_scale = satellite.rsplit(":", 1)
        bands, guide = (read_cube(f"{file}:{name}").samples / float(full_scale) for name in ("I_MS", "I_PAN"))
        # Stored by rising wavelength: blue, green, red, near infrared.
        images = (np.clip(image, 0, 1) for image in (bands[..., 2::-1], guide[..., 0]))
        write_scene(output / "satellite" / Path(file).stem, *images, "uint16")


if __name__ == "__main__":
    main()
