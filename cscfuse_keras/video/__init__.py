"""Infrared and visible videos fused picture by picture, in memory that does not grow with their length."""
