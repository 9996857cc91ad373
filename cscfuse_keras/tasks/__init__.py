"""The one-call interface of each task."""
