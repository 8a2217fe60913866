"""`build.py bench`: servers under the same load, in turn, in one run; medians, table and chart."""
