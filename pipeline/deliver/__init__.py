"""Stage: hands an issue's letters to their readers, each once."""

from pipeline.deliver.delivery import Due, Outcome, Post, deliver_posts, find_due, give_up
from pipeline.deliver.links import envelope_sender, make_links
from pipeline.deliver.message import build_message, message_id, put_in_links

NAME = "deliver"
VERSION = "2"

__all__ = [
    "NAME",
    "VERSION",
    "Due",
    "Outcome",
    "Post",
    "build_message",
    "deliver_posts",
    "envelope_sender",
    "find_due",
    "give_up",
    "make_links",
    "message_id",
    "put_in_links",
]
