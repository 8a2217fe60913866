"""The contract suite: one file for each chapter of SPEC.md. No test names a language."""
