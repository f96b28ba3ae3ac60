"""How sources are found, looked at, chosen and kept: what stands behind `city-digest source` and `city-digest add`."""
