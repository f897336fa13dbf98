"""unimportable: can't be imported."""

raise RuntimeError("not today,\nnor tomorrow")
