"""HTML, mail and feed templates, style, scripts and the words of each edition; package data."""
