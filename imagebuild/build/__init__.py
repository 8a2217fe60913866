"""Builds: the plan from catalog and content keys, its steps, and the record of what was built."""
