"""Technical support for a web-hosting company, run by its published policy."""

__version__ = "0.1.0"
