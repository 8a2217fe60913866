"""The container engine: found or started, asked by HTTP, and its clients' commands."""
