"""Pure functions over text, addresses and calendar weeks; they know nothing of articles."""
