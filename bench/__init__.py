"""Benchmarks: how fast the house is, always beside a named thing in the same run.

`python -m bench [NAME...]` runs them and writes `docs/measurements.md`; `--long` adds the parts that take minutes.
Every figure is a ratio; a miss is written down as one and fails nothing, because machines differ and are shared.
"""
