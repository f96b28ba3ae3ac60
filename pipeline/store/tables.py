"""The tables of both databases. docs/reference/tables.md explains them; migrations make them.

Names do not collide, so that one PostgreSQL database can hold both. The library's search index is not here: each kind of
database has its own, made in a migration and used by pipeline.store.search alone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from pipeline.store.database import UtcDateTime

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}

# ----------------------------------------------------------------------------------------------------------------- inbox

inbox = MetaData(naming_convention=_NAMING)

inbox_source = Table(
    "source",
    inbox,
    Column("id", String(64), primary_key=True),
    Column("spec", Text, nullable=False),  # SourceSpec as JSON
)

link = Table(
    "link",
    inbox,
    Column("url", Text, primary_key=True),  # normalised
    Column("page_id", String(16), nullable=False),
    Column("source_id", String(64), nullable=False),
    Column("hints", Text, nullable=False),  # FetchHints as JSON
    Column("discovered_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),  # pending | fetched | failed | disallowed | proposed
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", UtcDateTime),
    Column("reason", String(32), nullable=False, default=""),  # Reason of the last failure
    Column("detail", Text, nullable=False, default=""),
    Index("ix_link_source_state", "source_id", "state"),
)

page = Table(
    "page",
    inbox,
    Column("id", String(16), primary_key=True),
    Column("source_id", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),  # list of pairs as JSON
    Column("body", LargeBinary, nullable=False),  # packed
    Column("body_hash", String(16), nullable=False),  # SHA-256 of the body, 16 hex digits
    Column("hints", Text, nullable=False),
)

http_state = Table(
    "http_state",
    inbox,
    Column("url", Text, primary_key=True),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("body", LargeBinary),  # robots.txt, or the addresses an index led to, one a line; packed
    Column("items", Integer, nullable=False, default=0),  # listed on a page of links
    Column("times", Text, nullable=False, default="[]"),  # of these items, JSON; what a 304 says is as it was
    Column("not_before", UtcDateTime),  # Retry-After
    Column("moved_to", Text, nullable=False, default=""),  # where it redirected for good (301, 308) when last asked
    Column("moves", Integer, nullable=False, default=0),  # how often in a row it did
)

health = Table(
    "health",
    inbox,
    Column("source_id", String(64), primary_key=True),
    Column("last_asked", UtcDateTime),
    Column("last_ok", UtcDateTime),
    Column("last_new", UtcDateTime),  # when it last gave a page that was not there
    Column("newest", UtcDateTime),  # date of the newest item it ever listed
    Column("rhythm_h", Float),  # hours between two of its items, the median
    Column("failures", Integer, nullable=False, default=0),  # consecutive
    Column("empties", Integer, nullable=False, default=0),  # consecutive answers without an item
    Column("refusals", Integer, nullable=False, default=0),  # consecutive answers 401, 403 or 451
    Column("problem", String(32), nullable=False, default=""),  # Reason of what is wrong with it
    Column("due", UtcDateTime),  # when it is asked next
    Column("moved_to", Text, nullable=False, default=""),  # address that is asked instead of its own
)

# --------------------------------------------------------------------------------------------------------------- library

library = MetaData(naming_convention=_NAMING)

library_source = Table(
    "library_source",
    library,
    Column("id", String(64), primary_key=True),
    Column("spec", Text, nullable=False),
)

derived_page = Table(
    "derived_page",
    library,
    Column("id", String(16), primary_key=True),
    Column("source_id", String(64), nullable=False),
    Column("page_hash", String(16), nullable=False),  # of the body and hints it was derived from
    Column("rules", String(16), nullable=False),  # digest of the stages' versions it was derived with
    Column("not_before", UtcDateTime),  # set by a Retry
)

stage_result = Table(
    "stage_result",
    library,
    Column("page_id", String(16), primary_key=True),
    Column("stage", String(16), primary_key=True),
    Column("key", String(16), nullable=False),  # hash of stage, version and input
    Column("outcome", String(16), nullable=False),  # value | skip | retry | quarantine
    Column("reason", String(32), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("value", LargeBinary),  # packed JSON of the stage's type
)

article = Table(
    "article",
    library,
    Column("id", String(16), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),  # the id's first 60 bits: row number of its search entry
    Column("page_id", String(16), nullable=False, unique=True),
    Column("source_id", String(64), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("published", UtcDateTime),
    Column("dated", UtcDateTime, nullable=False, index=True),  # published, else first seen
    Column("first_seen", UtcDateTime, nullable=False),
    Column("article_class", String(16), nullable=False),
    Column("relevance", Float, nullable=False),
)

tag = Table(
    "tag",
    library,
    Column("article_id", String(16), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("score", Float, nullable=False),
    Index("ix_tag_kind_id", "kind", "id"),
)

story_member = Table(
    "story_member",
    library,
    Column("article_id", String(16), primary_key=True),
    Column("story_id", String(13), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # earliest first
    Column("reason", String(16), nullable=False),
    Column("similarity", Float, nullable=False),
    Column("copy_of", String(16)),
    Column("copy_kind", String(16)),
)

story_redirect = Table(
    "story_redirect",
    library,
    Column("old", String(13), primary_key=True),
    Column("new", String(13), nullable=False),
)

sketch = Table(
    "sketch",
    library,
    Column("article_id", String(16), primary_key=True),
    Column("version", String(16), nullable=False),  # of the rules it was made by
    Column("value", LargeBinary, nullable=False),  # of the text, to estimate how much two texts share
)

# Which articles share a band of their sketches, that is may be copies. Rows of articles that are gone, or of earlier texts of an
# article, are let be: they lead to a comparison that finds nothing.
band = Table(
    "band",
    library,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the article
    sqlite_with_rowid=False,
)

vector = Table(
    "vector",
    library,
    Column("article_id", String(16), primary_key=True),
    Column("embedder", String(64), nullable=False),  # name and version: vectors of different ones are never compared
    Column("value", LargeBinary, nullable=False),  # float16, little endian
)

story_constraint = Table(
    "story_constraint",
    library,
    Column("a", String(16), primary_key=True),  # article ids, the smaller first
    Column("b", String(16), primary_key=True),
    Column("together", Boolean, nullable=False),  # must-link, else cannot-link
)

tie = Table(
    "tie",
    library,
    Column("a", String(64), primary_key=True),  # city ids, the smaller first
    Column("b", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),  # sister | friendship | mou
    Column("since", String(10), nullable=False),  # ISO 8601 as exact as the source, "" if it does not say
    Column("until", String(10), nullable=False),  # likewise; "" while it holds
    Column("source", Text, nullable=False),  # address of the page that says so
    Column("retrieved", Date, nullable=False),
)

complete_ties = Table(
    "complete_ties",
    library,
    Column("city", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),  # sister | friendship | mou, "" for every kind
    Column("source", Text, nullable=False),  # address of the page that says so
    Column("retrieved", Date, nullable=False),
)

issue = Table(
    "issue",
    library,
    Column("week", String(8), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("last_day", Date, nullable=False),
    Column("value", LargeBinary, nullable=False),  # Issue, packed JSON
)

issue_article = Table(
    "issue_article",
    library,
    Column("article_id", String(16), primary_key=True),
    Column("week", String(8), nullable=False, index=True),
)

delivery = Table(
    "delivery",
    library,
    Column("week", String(8), primary_key=True),
    Column("edition", String(8), primary_key=True),
    Column("reader", String(32), primary_key=True),  # reader.id, never the address
    Column("channel", String(64), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("state", String(16), nullable=False),  # queued | sending | sent | deferred | failed | unknown
    Column("at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("unread", Integer, nullable=False, server_default="0"),
    Column("since", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("code", Integer, nullable=False, server_default="0"),  # last SMTP reply
    Column("detail", Text, nullable=False, server_default=""),  # the server's words, without addresses
)

reader = Table(
    "reader",
    library,
    Column("id", String(16), primary_key=True),  # keyed hash of address and edition
    Column("address", Text, nullable=False),
    Column("edition", String(8), nullable=False),
    Column("state", String(16), nullable=False),  # pending | active | suspended | left
    Column("consent", Text),  # Consent as JSON; none while pending
    Column("choices", Text, nullable=False),  # Choices as JSON
    Column("since", UtcDateTime, nullable=False),
    Column("changed", UtcDateTime, nullable=False),
)

# Whom never to write to, also after their row in "reader" is erased.
suppression = Table(
    "suppression",
    library,
    Column("reader", String(16), primary_key=True),  # reader.id
    Column("reason", String(16), nullable=False),  # bounced | left | erased
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),  # without addresses
)
