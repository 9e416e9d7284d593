"""Conversations that wait for the writer's thread: woken together, once a commit rather than once a mail."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future


class Waiting:
    """Coroutines of one event loop that wait for futures which another thread ends."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: list[asyncio.Future[None]] = []
        self._is_called = False

    async def until_done(self, fate: Future[None]) -> None:
        """Come back when `fate` has ended; raises what it ended with. Giving up does not touch it."""
        if not fate.done():
            loop = self._loop = asyncio.get_running_loop()
            waiter: asyncio.Future[None] = loop.create_future()
            fate.add_done_callback(lambda _: self._end(waiter))
            await waiter
        fate.result()

    def _end(self, waiter: asyncio.Future[None]) -> None:
        """Called by the thread that ends futures, for each; the first of a batch calls the loop for all of them."""
        assert self._loop is not None, "somebody waits"
        self._ended.append(waiter)
        if not self._is_called:
            self._is_called = True
            try:
                self._loop.call_soon_threadsafe(self._wake)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

    def _wake(self) -> None:
        # First the flag, then the list: whoever is added in between calls again, for nothing.
        self._is_called = False
        ended, self._ended = self._ended, []
        for waiter in ended:
            if not waiter.done():
                waiter.set_result(None)
