"""Signs published images with a key, and verifies what is attached to them."""
