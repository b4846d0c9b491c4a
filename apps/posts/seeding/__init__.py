"""Demo data in the shape of real use, from two thousand posts to ten million."""
