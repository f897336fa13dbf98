"""How charts are drawn: style, axes, panels, layout, alternative texts, and rendering."""
