"""The real studio against the hostile upstream while its processes are killed. See `make chaos`."""
