"""`python -m crawler --workspace DIR`: one crawl, in a process of its own."""

import os
import sys

from crawler.run import main

if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is saved. A thread that still waits for a name server must not hold the exit, as it would in sys.exit().
    os._exit(code)
