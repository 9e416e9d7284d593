"""What the policy judges, as pure functions by chapter: terms and facts in, verdict out."""
