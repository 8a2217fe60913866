"""Loads the plug-in of tests/support for all tests of the repository."""

pytest_plugins = ["tests.support.fixtures", "tests.support.plugin"]
