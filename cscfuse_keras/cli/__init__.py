"""The command line: `cscfuse`, one file a command."""

import importlib

import click

from cscfuse_keras import __version__
from cscfuse_keras.cli.errors import ReportingGroup

COMMANDS = {
    "fuse": "Fuse pictures.",
    "batch": "Fuse everything that a manifest lists, on this machine or on many.",
    "manifest": "List what folders hold, for batch.",
    "train": "Train a network on pictures.",
    "search": "Search for the settings that give the best network.",
    "evaluate": "Judge fused pictures.",
    "benchmark": "Put methods beside each other: quality, time, memory.",
    "explain": "Show what a network learned, and what it does with pictures.",
    "export": "Write whole tasks as files for other programs.",
    "verify": "Check exported files against their reports.",
    "convert": "Convert the published release's weights.",
    "patches": "Cut training patches into an HDF5 file.",
    "samples": "Draw sample scenes to try things with.",
    "serve": "Serve a page that fuses in the browser.",
    "presets": "List the shipped presets.",
}


class LazyGroup(ReportingGroup):
    """Imports a command's file when the command is called: `--help` need not wait for Keras."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name not in COMMANDS:
            return None
        return getattr(importlib.import_module(f"cscfuse_keras.cli.{name}"), name)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="cscfuse-keras")
def main() -> None:
    """Fuse images by convolutional sparse coding (CSCFuse)."""
