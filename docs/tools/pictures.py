"""Makes the pictures of the pages from what their own examples leave: python docs/tools/pictures.py FOLDER.

A page names a picture `pictures/PAGE/FILE.webp`; it shows the picture or the image of many bands FILE.* that the
examples of PAGE.md wrote.
"""

import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from examples import ROOT, pages, run_page
from PIL import Image

_LINK = re.compile(r"\]\(pictures/([\w-]+)/([\w/.-]+)\.webp\)")
_QUALITY = 88


def linked() -> dict[str, set[str]]:
    """For each page's name the files, without suffix, that pages show of what its examples write."""
    found = defaultdict(set)
    for page in (ROOT / "docs").glob("*.md"):
        for name, file in _LINK.findall(page.read_text(encoding="utf-8")):
            found[name].add(file)
    return found


def make_pictures(page: str, ran_in: Path, folder: Path) -> None:
    """Write the pictures that pages show of one page's examples.

    Args:
        page: its name without suffix.
        ran_in: folder in which the examples ran.
        folder: gets PAGE/FILE.webp.

    Raises:
        ValueError: the examples wrote no such file, or several.
    """
    for file in sorted(linked()[page]):
        sources = [path for path in ran_in.glob(f"{file}.*") if path.suffix != ".webp"]
        if len(sources) != 1:
            raise ValueError(f"pictures/{page}/{file}.webp: expected one file of that name, found {sources}")
        target = folder / page / f"{file}.webp"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_picture(sources[0])).save(target, quality=_QUALITY, method=6)


def _picture(path: Path) -> np.ndarray:
    from cscfuse_keras.report.cube_pictures import display_range, rendering

    if path.suffix != ".npy":
        return cv2.imread(str(path))[..., ::-1]
    cube = np.load(path)
    cube = cube if cube.ndim == 3 else cube[..., None]
    return rendering(cube, display_range(cube))


def main(folder: Path) -> None:
    """Run the examples of the pages whose pictures are shown, and write these."""
    by_name = {page.stem: page for page in pages()}
    with tempfile.TemporaryDirectory() as scratch:
        for name in sorted(linked()):
            run_page(by_name[name], Path(scratch) / name)
            make_pictures(name, Path(scratch) / name, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
