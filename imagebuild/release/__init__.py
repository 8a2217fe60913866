"""Publishes images: tags, registry, lock, signatures."""
