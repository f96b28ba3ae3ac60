"""The readers' own pages: subscribe, confirm, unsubscribe, preferences, privacy, health."""
