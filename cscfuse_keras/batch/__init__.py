"""Fusing what a manifest lists, by processes on this machine or by Ray on many, so that a kill anywhere loses nothing.

One record (`record`) is written by the one process that drives a run; workers write each output beside its place and
rename it. Whether an output that a dead process left is the item's own is told by `Item.before`.
"""
