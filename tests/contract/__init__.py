"""The contract suite: by the chapters of SPEC.md. No test names a language."""
