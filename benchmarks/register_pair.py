"""How well `--align` brings pairs into register: seeded warps of pairs that are, and pairs that never can be.

python benchmarks/register_pair.py --infrared ir/ --visible vis/ [--infrared more/ir/ --visible more/vis/] [--warps 2]

Pairs are cut to the middle, so that the warped infrared picture shows something everywhere. Warps are shifts of up to
5 % of the width along both axes, turns of up to 3 degrees and scales of up to 5 %. Errors are those of corners, on
average, in pixels:

- by the set: against the warp, as if the set's pairs were in register. Public sets are off by pixels.
- by itself: against the warp after what is found for the pair as it is.

A pair is flagged if the command would refuse it, and silently wrong if it is not, and its error by itself is above 1 %
of the width. Unrelated pairs take the infrared picture of another pair; not to refuse those is wrong too (unless the
camera stands still, and they show the same scene).
"""

import dataclasses
from pathlib import Path

import click
import cv2
import numpy as np
from rich.progress import track

from cscfuse_keras.io import pair_by_stem, read_picture
from cscfuse_keras.tasks.match_edges import IDENTITY
from cscfuse_keras.tasks.register_pair import AlignmentError, mean_displacement, register_pair, scaled_to

MARGIN = 0.09
SHIFT, TURN, SCALE = 0.05, np.radians(3), 0.05
RECOVERED = 1.5
WRONG = 0.01


@dataclasses.dataclass
class Tally:
    """What was found for the pairs of a set."""

    displaced: list[float] = dataclasses.field(default_factory=list)
    by_set: list[float] = dataclasses.field(default_factory=list)
    by_itself: list[float] = dataclasses.field(default_factory=list)
    warps: int = 0
    flagged: int = 0
    wrong: list[str] = dataclasses.field(default_factory=list)
    unrelated: int = 0
    believed: list[str] = dataclasses.field(default_factory=list)


def random_warp(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Where pixels of the warped infrared picture lie in the one in register."""
    turn, scale = rng.uniform(-TURN, TURN), 1 + rng.uniform(-SCALE, SCALE)
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = (np.array(size[1::-1]) - 1) / 2
    return np.column_stack([linear, centre - linear @ centre + rng.uniform(-SHIFT, SHIFT, 2) * size[1]])


def warped(infrared: np.ndarray, warp: np.ndarray, window: tuple[slice, slice]) -> np.ndarray:
    """The part of an infrared picture in a window, warped."""
    rows, columns = ((part.stop - part.start) for part in window)
    matrix = warp + np.array([[0, 0, window[1].start], [0, 0, window[0].start]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(infrared, matrix, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def found(infrared: np.ndarray, visible: np.ndarray) -> np.ndarray | None:
    """The matrix, or None where the pair is refused."""
    try:
        return register_pair(infrared, visible).matrix
    except AlignmentError:
        return None


def judge(name: str, infrared: np.ndarray, visible: np.ndarray, other: np.ndarray, warps: int, seed: int, tally: Tally):
    """Add a pair to a tally."""
    margins = [round(MARGIN * length) for length in visible.shape[:2]]
    window = slice(margins[0], visible.shape[0] - margins[0]), slice(margins[1], visible.shape[1] - margins[1])
    visible, size = visible[window], visible[window].shape[:2]
    itself = found(infrared[window], visible)
    if itself is not None:
        tally.displaced.append(mean_displacement(itself, size))
    for k in range(warps):
        warp = random_warp(np.random.default_rng([seed, k]), size)
        matrix = found(warped(infrared, warp, window), visible)
        tally.warps += 1
        if matrix is None:
            tally.flagged += 1
            continue
        # The warp undoes what was found: nothing is left if both are right.
        left = (np.vstack([warp, [0, 0, 1]]) @ np.vstack([matrix, [0, 0, 1]]))[:2]
        tally.by_set.append(mean_displacement(left, size))
        error = mean_displacement(left - (IDENTITY if itself is None else itself) + IDENTITY, size)
        tally.by_itself.append(error)
        if error > WRONG * size[1]:
            tally.wrong.append(f"{name}: {error:.1f}")
    tally.unrelated += 1
    if found(scaled_to(other, size), visible) is not None:
        tally.believed.append(name)


def told(values: list[float]) -> str:
    """Quantiles of errors, and the share below `RECOVERED`."""
    if not values:
        return "none"
    quantiles = ", ".join(f"{value:.2f}" for value in np.quantile(values, [0.5, 0.75, 0.9, 1]))
    return f"{quantiles} (median, 75 %, 90 %, worst); {np.mean(np.array(values) < RECOVERED):.0%} below {RECOVERED}"


@click.command()
@click.option("--infrared", required=True, multiple=True, type=click.Path(path_type=Path, exists=True))
@click.option("--visible", required=True, multiple=True, type=click.Path(path_type=Path, exists=True))
@click.option("--warps", default=2, show_default=True, help="Of each pair.")
@click.option("--every", default=1, show_default=True, help="Take each such pair only.")
def main(infrared: tuple[Path, ...], visible: tuple[Path, ...], warps: int, every: int) -> None:
    """Judge sets of pairs, and print what was found for each."""
    for folders in zip(infrared, visible, strict=True):
        pairs = pair_by_stem(*folders)[0][::every]
        pictures = [[read_picture(path).pixels for path in paths] for _, *paths in pairs]
        tally = Tally()
        for k, (name, *_) in enumerate(track(pairs, str(folders[0]), transient=True)):
            judge(name, *pictures[k], pictures[(k + len(pairs) // 2) % len(pairs)][0], warps, k, tally)
        click.echo(f"{folders[0]}: {len(pairs)} pairs")
        click.echo(f"  as they are: moved by {told(tally.displaced)}; {len(pairs) - len(tally.displaced)} flagged")
        click.echo(f"  warped, by the set: {told(tally.by_set)}")
        click.echo(f"  warped, by itself: {told(tally.by_itself)}")
        click.echo(
            f"  of {tally.warps} warped: {tally.flagged} flagged, {len(tally.wrong)} silently wrong {tally.wrong}"
        )
        click.echo(f"  of {tally.unrelated} unrelated: {len(tally.believed)} believed {tally.believed}", nl=True)


if __name__ == "__main__":
    main()
