"""The sample web: pages of ours in the style of the real thing, and a loopback server that gives them out."""
