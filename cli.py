"""Run the command-line tool from a checkout: `python cli.py fuse --task ivf ...`."""

from cscfuse_keras.cli import main

main()
