"""The in-process player of processes, for tests of apps and of the engine itself."""
