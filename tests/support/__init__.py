"""What the tests that need containers stand on: a pytest plug-in and its helpers."""
