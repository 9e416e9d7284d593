"""Static files as they are served: joined, hashed, compressed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from hostdesk.web.bundles import BUNDLES, joined

Paths = dict[str, tuple[Any, str]]


class BundledStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage that also writes the bundles.

    A file that was not collected is served under its plain name: a page must not fail for want of a style sheet.
    """

    def post_process(self, paths: Paths, dry_run: bool = False, **options: Any) -> Iterator[Any]:  # noqa: FBT001, FBT002
        """Join the sources of each bundle, then hash and compress everything. `Any`: Django's own signature."""
        if not dry_run:
            paths = {**paths, **{name: self._bundle(name, paths) for name in BUNDLES}}
        yield from super().post_process(paths, dry_run, **options)

    def stored_name(self, name: str) -> str:
        """The hashed name where there is one."""
        return self.hashed_files.get(self.hash_key(self.clean_name(name)), name)

    def _bundle(self, name: str, paths: Paths) -> tuple[BundledStorage, str]:
        texts = {}
        for source in BUNDLES[name]:
            storage, path = paths[source]
            with storage.open(path) as file:
                texts[source] = file.read().decode()
        if self.exists(name):
            self.delete(name)
        self.save(name, ContentFile(joined(name, texts).encode()))
        return self, name
