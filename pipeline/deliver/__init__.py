"""Stage: hands an issue's letters to their readers, each once."""

from pipeline.deliver.delivery import Outcome, deliver_letter
from pipeline.deliver.readers import Reader, read_readers

NAME = "deliver"
VERSION = "1"

__all__ = ["NAME", "VERSION", "Outcome", "Reader", "deliver_letter", "read_readers"]
