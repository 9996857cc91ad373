"""Whole tasks as files for other programs: SavedModel, LiteRT, ONNX, OpenVINO."""
