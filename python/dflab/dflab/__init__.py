"""Runs notebooks written for a classic Spark session against Spark Connect. See README.md."""

__version__ = "0.1.0"
