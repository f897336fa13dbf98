"""What charts and reports are computed from: numbers and words, no pictures."""
