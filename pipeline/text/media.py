"""Files that are no web pages but say something: PDF and office documents. We link to them and never open them."""

from __future__ import annotations

from types import MappingProxyType

from pipeline.model import Media

# IANA media types, each with what readers call it; the first of each is what we write.
MEDIA_TYPES = MappingProxyType(
    {
        "application/pdf": Media.PDF,
        "application/x-pdf": Media.PDF,
        "application/msword": Media.WORD,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Media.WORD,
        "application/vnd.ms-excel": Media.EXCEL,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Media.EXCEL,
        "application/vnd.ms-powerpoint": Media.POWERPOINT,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": Media.POWERPOINT,
    }
)
TYPES_BY_SUFFIX = MappingProxyType(
    {
        ".pdf": "application/pdf",
        ".doc": "application/msword",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xls": "application/vnd.ms-excel",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".ppt": "application/vnd.ms-powerpoint",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)


def media_of(content_type: str) -> Media:
    """What a Content-Type says an answer is; `Media.PAGE` for whatever is no such document."""
    return MEDIA_TYPES.get(content_type.partition(";")[0].strip().lower(), Media.PAGE)
