"""Publishing: copies the operator's files into one immutable row, from which every process takes its terms."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.policy import documents, queries
from hostdesk.policy.documents import Document
from hostdesk.policy.models import PolicyVersion
from hostdesk.policy.rules.scope import number_to_publish


def publish(document: Document, *, by: Actor, at: datetime) -> PolicyVersion:
    """Put a policy in force from this commit on, as the next number of its slug; earlier versions stay as
    they are.

    Refused: the same files as in the newest version; somebody else publishing at the same moment. Clause:
    scope.versions.
    """
    newest = PolicyVersion.objects.filter(slug=document.slug).order_by("-number").first()
    number = number_to_publish(
        newest_number=newest.number if newest else None,
        newest_digest=newest.digest if newest else "",
        digest=document.digest,
    )
    if number is None:
        assert newest is not None, "only a published policy can be unchanged"
        raise Refused(
            "scope.versions",
            f"{document.slug}/{newest.number} already says exactly this; nothing to publish.",
        )
    try:
        with transaction.atomic():
            transaction.on_commit(queries.forget)
            return PolicyVersion.objects.create(
                slug=document.slug,
                number=number,
                published_at=at,
                published_by=by.name,
                published_by_kind=by.kind,
                published_by_id=by.id,
                operator_source=document.sources.operator,
                text_source=document.sources.text,
                terms_source=document.sources.terms,
                catalogue_source=document.sources.catalogue,
                digest=document.digest,
            )
    except IntegrityError as error:
        sentence = f"{document.slug}/{number} was published by somebody else just now; compare and try again."
        raise Refused("scope.versions", sentence) from error


def publish_packaged_if_none(*, at: datetime) -> list[PolicyVersion]:
    """At the first start, publish every policy of the configured folder; afterwards do nothing.

    All in one commit, so that nobody sees some policies without the others. Any number of processes may try.
    Raises `Misconfigured` when the folder is not sound; then nothing is published.
    """
    if PolicyVersion.objects.exists():
        return []
    folder = documents.load_folder(Path(settings.HOSTDESK_POLICY))
    try:
        with transaction.atomic():
            # Asked again inside: whoever came second with another folder must not publish a second version.
            if PolicyVersion.objects.exists():
                return []
            return [publish(document, by=SYSTEM, at=at) for document in folder.policies.values()]
    except Refused:
        # Another process was first; what it published is the same folder.
        return []
