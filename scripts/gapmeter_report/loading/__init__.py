"""From files to typed tables: what a result directory holds, or a LoadError that says why not."""
