"""Finds the channel that the configuration names."""

from __future__ import annotations

import importlib

from pipeline.config import Workspace
from pipeline.errors import ConfigurationError
from pipeline.ports import Channel


def open_channel(workspace: Workspace) -> Channel:
    """The channel `deliver.channel` names: "outbox" and other plain names are ours, "package.module:make" anybody's.

    Raises:
        ConfigurationError: there is no such module or function.
    """
    name = workspace.settings.deliver.channel
    module, _, function = name.partition(":")
    if not function:
        module, function = f"pipeline.deliver.{module}", "make"
    try:
        make = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f'deliver.channel = {name!r}: {error}. Use "outbox", "smtp", or "package.module:make" of an installed package.'
        ) from error
    channel: Channel = make(workspace)
    return channel
