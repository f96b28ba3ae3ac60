"""The version of city-digest; hatchling reads it from here."""

__version__ = "0.1.0"
