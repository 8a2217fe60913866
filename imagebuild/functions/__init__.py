"""Functions in containers: phases, deployment, runtime, examples. For `run`, `demo` and others."""
