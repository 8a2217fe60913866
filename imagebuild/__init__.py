"""The image builder behind `build.py`; it is never shipped in an image."""
