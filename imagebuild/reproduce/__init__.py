"""Shows whether two builds of one image give the same bytes, and where they don't."""
