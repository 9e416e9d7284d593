"""Who is on duty when (sla.hours), and windows for larger work (sla.offpeak). Main verbs: `start`, `end`, `take_place`."""
