"""The contract suite: what is run on which image, and the results that are kept."""
