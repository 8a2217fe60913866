"""Lists the parts of an image: Debian packages, packages of languages, the language itself."""
