"""What is promised, and how it fares: the public policy pages, and every clause with its live evidence.

Clauses served: scope.published, scope.versions. Reads only; main read: `queries.clause_reports`.
"""
