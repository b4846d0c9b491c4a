"""What pages cost, beside the least they could and beside a stock admin; docs/benchmarks.md."""
