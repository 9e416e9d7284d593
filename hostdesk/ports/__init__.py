"""The outside, one small Protocol each, with a memory twin for tests, a console twin and the real adapter.

A port raises only `PortDown` (try later) and `PortRefused` (never); nobody calls one inside a transaction.
"""
