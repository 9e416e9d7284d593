"""The support policy as versioned, executable text.

Promises: words, figures and request types of every policy are read from the operator's folder, strictly;
publishing copies them into one immutable row, from which every process takes the terms in force at the same
commit. Clauses: all 55 are registered in `registry`; scope.versions is kept here. Verbs: `actions.publish`,
`actions.publish_packaged_if_none`. Reads: `queries.current` and its neighbours.
"""
