"""Stage: hands an issue's letters to their readers, each once."""

from pipeline.deliver.delivery import Outcome, deliver_letter, is_sent
from pipeline.deliver.readers import Reader, read_readers

NAME = "deliver"
VERSION = "1"

__all__ = ["NAME", "VERSION", "Outcome", "Reader", "deliver_letter", "is_sent", "read_readers"]
