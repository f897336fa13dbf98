"""The charts: one module each, from what models/ computes to a Chart."""
