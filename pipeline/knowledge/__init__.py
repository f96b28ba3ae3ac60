"""What we know before reading anything: places, networks, themes, events and the words of each edition."""
