"""What a source was seen to give, kept in the workspace: the proof that a person switches it on by, and pages to test its rules with.

Per source one folder `sources.d/recorded/<id>/`: `sample.json` (items as they were listed) from a probe; `recording.json` with the pages
that it names, their prose replaced by filler, from a recording.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec

from crawler.curation.probing import Offer, Seen
from pipeline.errors import ConfigurationError, WorkspaceError
from pipeline.model import Frozen, Kind, SourceSpec

FOLDER = "recorded"
SAMPLE, RECORDING = "sample.json", "recording.json"
Kept = TypeVar("Kept", bound=msgspec.Struct)


class _Proof(Frozen, frozen=True, kw_only=True):
    """What a source's start gave when it was asked."""

    source_id: str
    kind: Kind
    start: str  # as the source's file names it
    items: int
    dated: int  # items with a date that could be read

    def covers(self, spec: SourceSpec) -> bool:
        """True if it is proof of the source as it stands in its file now."""
        return self.items > 0 and self.kind is spec.kind and self.start in spec.start


class Sample(_Proof, frozen=True, kw_only=True):
    """Items that a source's start gave when it was asked."""

    seen_on: dt.date
    newest: str = ""  # ISO 8601
    sample: tuple[Seen, ...] = ()


class Recording(_Proof, frozen=True, kw_only=True):
    """Pages of a source with their prose replaced, and what the originals gave."""

    url: str  # the answer's own address, after redirects
    content_type: str
    recorded_on: dt.date
    page: str  # file name
    article: str = ""  # file name, "" if none was fetched
    article_url: str = ""


def sample_of(source_id: str, start: str, offer: Offer, today: dt.date) -> Sample:
    """An offer as proof."""
    return Sample(
        source_id=source_id,
        kind=offer.kind,
        start=start,
        seen_on=today,
        items=offer.items,
        dated=offer.dated,
        newest=offer.newest,
        sample=offer.sample,
    )


def folder_of(overlay: Path, source_id: str) -> Path:
    """Where the proofs of a source lie; may be absent."""
    return overlay / FOLDER / source_id


def save_sample(overlay: Path, sample: Sample) -> Path:
    """Keeps a sample in place of an older one. Raises WorkspaceError."""
    file = folder_of(overlay, sample.source_id) / SAMPLE
    write_file(file, msgspec.json.format(msgspec.json.encode(sample)))
    return file


def save_recording(overlay: Path, recording: Recording, pages: dict[str, str]) -> Path:
    """Keeps a recording and its pages (file name -> text). Raises WorkspaceError."""
    folder = folder_of(overlay, recording.source_id)
    for name, text in pages.items():
        write_file(folder / name, text.encode("utf-8", "replace"))
    write_file(folder / RECORDING, msgspec.json.format(msgspec.json.encode(recording)))
    return folder


def load_sample(overlay: Path, source_id: str) -> Sample | None:
    """The sample of a source, None if it was never probed. Raises ConfigurationError for a damaged file."""
    return _load(folder_of(overlay, source_id) / SAMPLE, Sample)


def load_recording(overlay: Path, source_id: str) -> Recording | None:
    """The recording of a source, None if there is none. Raises ConfigurationError for a damaged file."""
    return _load(folder_of(overlay, source_id) / RECORDING, Recording)


def _load(file: Path, kind: type[Kept]) -> Kept | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. Remove it, then probe the source again.") from error


def write_file(file: Path, content: bytes) -> None:
    """Puts a whole file in place, or leaves what was there. Raises WorkspaceError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as aside:
            aside.write(content)
        Path(aside.name).chmod(0o644)
        Path(aside.name).replace(file)
    except OSError as error:
        raise WorkspaceError(f"{file} could not be written: {error.strerror}. Mend that, then run again.") from error
