"""The command line: what is typed, printed and returned. The only package that prints."""
