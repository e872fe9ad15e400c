"""What choices of method do to the scores; see benchmarks/README.md."""
