"""One spider for all sources, and one reader per kind of source.

There is one spider, not one per kind or source, because Scrapy keeps delays, robots rules and connections per crawler: two crawlers in one
process would ask the same host twice as often. What differs between the kinds is only how a page of links is read; those are the readers.
"""
