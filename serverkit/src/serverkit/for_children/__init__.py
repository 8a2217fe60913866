"""Modules that a process which a function has started can import, as the function itself can.

This folder is the last one of its import path. Its modules are those that only the memory of a
worker holds: Bottle (IMAGE-8), and a function whose file can't be imported by its name.
"""
