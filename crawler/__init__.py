"""Fetches: sources in, raw pages out. The only home of Scrapy and Twisted."""
