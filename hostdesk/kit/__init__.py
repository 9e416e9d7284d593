"""Words and values that every room uses; no Django, no tables, no clock."""
