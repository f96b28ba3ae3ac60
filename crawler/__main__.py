"""`python -m crawler --workspace DIR`: one crawl, in a process of its own."""

from crawler.run import main
from crawler.shard import end

if __name__ == "__main__":
    end(main)
