"""So many histories of one seed through both clocks; what differs, and what the engine's side cost."""

from __future__ import annotations

import json
import random
import sys
import time


def main(many, seed):
    """`histories COUNT SEED`: says what differs, and the CPU seconds of the engine."""
    from hostdesk.sla import engine
    from hostdesk.sla.tests import comparing, slow

    for working in slow.HOURS:
        slow.opened(working)
    chance, differ, events = random.Random(seed), [], 0
    fast = 0.0
    for number in range(many):
        first, begun, told = slow.history(chance)
        model = slow.Slow(first, begun)
        model.begin()
        clock = engine.start(comparing.fast_promise(first), at=comparing.instant(begun))
        for kind, at, what in told:
            began = time.process_time()
            clock = engine.tick(comparing.after_event(clock, kind, at, what), at=comparing.instant(at))
            fast += time.process_time() - began
            comparing.slow_step(model, kind, at, what)
            events += 1
            said = comparing.difference(clock, model, at)
            if said:
                differ.append(f"seed {seed}, history {number}, {kind} at {at}: {said}")
                break
    print(json.dumps({"count": many, "events": events, "differ": differ, "fast": fast}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
