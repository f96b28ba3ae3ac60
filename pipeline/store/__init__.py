"""Two databases: the inbox of raw pages, written by the crawler, and the library of everything derived from them."""
