"""Clock arithmetic, pure, and the row that a clock is kept in.

Knows no ticket and no policy: it is handed its targets and every instant.
Clauses: sla.hours, sla.response, sla.resolve.
"""
