"""Training by `model.fit`: settings, progress that survives a kill, and one recipe a task."""
