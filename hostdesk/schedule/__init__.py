"""Who is on duty when (sla.hours). Main verbs: `start`, `end`."""
