"""What is raised where files cannot be used."""

from __future__ import annotations


class LoadError(Exception):
    """Files that cannot be used; the message is meant for the user, in one line."""
