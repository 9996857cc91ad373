"""`make demo`: draw sample scenes, fuse them with the shipped weights, and say where the pictures are."""

import subprocess
import sys
from pathlib import Path

CSCFUSE = [sys.executable, "-m", "cscfuse_keras"]


def main(folder: Path) -> None:
    """Run the commands that a new user would run.

    Args:
        folder: receives all pictures.
    """
    roads, rooms = folder / "ivf", folder / "mef"
    run("samples", "--task", "ivf", "-o", roads, "--overwrite")
    run("fuse", "--task", "ivf", roads / "infrared", roads / "visible", "-o", roads / "fused", "--overwrite")
    run("samples", "--task", "mef", "-o", rooms / "brackets", "--overwrite")
    run("fuse", "--task", "mef", "--batch", rooms / "brackets", "-o", rooms / "fused", "--overwrite")
    print(f"Pictures: {roads.resolve()}/{{infrared,visible,fused}}, {rooms.resolve()}/{{brackets,fused}}")


def run(*arguments: str | Path) -> None:
    """Run and show one command."""
    print("$ cscfuse", *arguments, flush=True)
    subprocess.run([*CSCFUSE, *map(str, arguments)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
