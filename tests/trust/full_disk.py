"""Runs the command line where a small disk fills up, and tells how each command ended; run by test_fault_disk_full.py.

Usage: unshare -Urm python full_disk.py MOUNT_POINT COMMANDS, a JSON list of [name, kilobytes free, arguments]
"""

import json
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

from click.testing import CliRunner

from cscfuse_keras.cli import main


def files_in(folder):
    """Sizes of all files."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def run(disk, kilobytes, arguments):
    """Run a command on a new disk with one old file, and then so many kilobytes of free space."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", disk], check=True)
    try:
        errors = os.dup(2)
        with (disk.parent / "errors").open("w+b") as noise:
            os.dup2(noise.fileno(), 2)
            result = CliRunner().invoke(main, arguments)
            os.dup2(errors, 2)
            noise.seek(0)
            told = result.stderr + noise.read().decode(errors="replace")
        problem = result.exception if not isinstance(result.exception, SystemExit) else None
        return {
            "code": result.exit_code,
            "errors": told.splitlines(),
            "files": files_in(disk),
            "problem": repr(problem),
        }
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


if __name__ == "__main__":
    commands = json.loads(sys.argv[2])
    print(json.dumps({name: run(Path(sys.argv[1]), size, arguments) for name, size, arguments in commands}))
