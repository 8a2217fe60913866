"""Writes what a cluster is told of published images, by digest."""
