"""empty_parts: declares no variant."""
