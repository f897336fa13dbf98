"""The pages that hold charts: the index beside chart files, and the report."""
