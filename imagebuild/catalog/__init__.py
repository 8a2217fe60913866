"""The catalog: `images.yaml` read, checked and selected from. Nothing else reads YAML."""
