"""Where the page stages run: in this process, or in a pool of processes with a deadline for each page."""

from pipeline.engines.local import ProcessEngine, SerialEngine, open_engine

__all__ = ["ProcessEngine", "SerialEngine", "open_engine"]
