"""Turns fetched pages into a weekly digest of city diplomacy."""
