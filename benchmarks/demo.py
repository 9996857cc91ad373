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
    scenes = folder / "ivf"
    commands = [
        ["samples", "-o", scenes, "--overwrite"],
        [
            "fuse",
            "--task",
            "ivf",
            scenes / "infrared",
            scenes / "visible",
            "-o",
            scenes / "fused",
            "--overwrite",
        ],
    ]
    for command in commands:
        print("$ cscfuse", *command, flush=True)
        subprocess.run([*CSCFUSE, *map(str, command)], check=True)
    print(f"Pictures: {scenes.resolve()}/{{infrared,visible,fused}}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
