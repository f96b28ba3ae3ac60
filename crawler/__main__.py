"""`python -m crawler --workspace DIR`: one crawl, in a process of its own."""

import sys

from crawler.run import main

if __name__ == "__main__":
    sys.exit(main())
