"""`python -m cscfuse_keras` is the same as `cscfuse`."""

from cscfuse_keras.cli import main

main()
