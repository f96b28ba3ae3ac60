"""Full-text search in the library, exact in Japanese and Chinese. The only place that knows the two search engines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from pipeline.text.grams import encode_token, is_prefix, tokenise, tokenise_query


def number_of(article_id: str) -> int:
    """The row number of an article's search entry: the first 60 bits of its id."""
    return int(article_id[:15], 16)


def add_entry(connection: Connection, article_id: str, content: str) -> None:
    """Makes an article findable by `content`."""
    tokens = _encoded(content)
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO search_entry (rowid, tokens) VALUES (:number, :tokens)"
    else:
        statement = "INSERT INTO search_entry (number, tokens) VALUES (:number, to_tsvector('simple', :tokens))"
    connection.execute(text(statement), {"number": number_of(article_id), "tokens": tokens})


def remove_entry(connection: Connection, article_id: str, content: str) -> None:
    """Forgets an article. `content` must be what it was added with: a contentless index cannot look it up."""
    if connection.dialect.name == "sqlite":
        statement = "INSERT INTO search_entry (search_entry, rowid, tokens) VALUES ('delete', :number, :tokens)"
        values = {"number": number_of(article_id), "tokens": _encoded(content)}
    else:
        statement, values = "DELETE FROM search_entry WHERE number = :number", {"number": number_of(article_id)}
    connection.execute(text(statement), values)


def find_entries(connection: Connection, query: str) -> list[int]:
    """Numbers of the entries that hold every word of the query; each word as a phrase of its tokens."""
    phrases = [tokens for word in query.split() if (tokens := tokenise_query(word))]
    if not phrases:
        return []
    if connection.dialect.name == "sqlite":
        statement, match = "SELECT rowid FROM search_entry WHERE search_entry MATCH :query", _fts5
        joined = " AND ".join(match(tokens) for tokens in phrases)
    else:
        statement, match = "SELECT number FROM search_entry WHERE tokens @@ to_tsquery('simple', :query)", _tsquery
        joined = " & ".join(match(tokens) for tokens in phrases)
    return [row[0] for row in connection.execute(text(statement), {"query": joined})]


def _encoded(content: str) -> str:
    return " ".join(encode_token(token) for token in tokenise(content))


def _fts5(tokens: Sequence[str]) -> str:
    star = "*" if is_prefix(tokens[-1]) else ""
    return " + ".join(encode_token(token) for token in tokens) + star


def _tsquery(tokens: Sequence[str]) -> str:
    star = ":*" if is_prefix(tokens[-1]) else ""
    return "(" + " <-> ".join(encode_token(token) for token in tokens) + star + ")"
