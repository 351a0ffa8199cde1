"""secondline: the second-line support bot. Importing this package loads no SDK."""

__version__ = "0.1.0"
