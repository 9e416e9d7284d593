"""One policy as a whole, from a folder or from a published row: operator, words, figures and catalogue
together.

HOSTDESK_POLICY/
  operator.yaml
  hosting/    policy.md  terms.yaml  catalogue.yaml
  dedicated/  policy.md  terms.yaml  catalogue.yaml
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from hostdesk.kit.refusals import Misconfigured
from hostdesk.policy import catalogue, operators, terms, text
from hostdesk.policy.catalogue import Catalogue, RequestType
from hostdesk.policy.figures import BY_POLICY
from hostdesk.policy.operators import Operator
from hostdesk.policy.terms import TermNote, Terms
from hostdesk.policy.text import ClauseText

PACKAGED = Path(__file__).resolve().parent / "packaged"
FILES = ("policy.md", "terms.yaml", "catalogue.yaml")
DEDICATED = "dedicated"
_SLUG = re.compile(r"\A[a-z][a-z0-9-]{0,38}[a-z0-9]\Z")
_LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Sources:
    """The four files of one policy, as written."""

    operator: str
    text: str
    terms: str
    catalogue: str

    def digest(self) -> str:
        """SHA-256 of all four, in hexadecimal; their lengths are part of it, so that text cannot wander
        between them.
        """
        sha = hashlib.sha256()
        for part in (self.operator, self.text, self.terms, self.catalogue):
            raw = part.encode()
            sha.update(b"%d\n" % len(raw) + raw)
        return sha.hexdigest()


@dataclass(frozen=True)
class Document:
    """One policy, read and found sound; `figures` says of each figure where it comes from."""

    slug: str
    sources: Sources
    operator: Operator
    title: str
    products: tuple[str, ...]
    otherwise: bool
    terms: Terms
    figures: tuple[TermNote, ...]
    catalogue: Catalogue
    clauses: tuple[ClauseText, ...]
    bare_figures: tuple[tuple[int, str], ...]
    names: dict[str, str]
    """Everything that the words may name in braces, as they show it."""

    @property
    def digest(self) -> str:
        """SHA-256 of the four files, in hexadecimal."""
        return self.sources.digest()

    def clause(self, clause: str) -> ClauseText | None:
        """The words of one clause; None when an older version does not have it."""
        return next((c for c in self.clauses if c.id == clause), None)

    def figures_of(self, clause: str) -> tuple[TermNote, ...]:
        """The figures that serve one clause."""
        return tuple(note for note in self.figures if note.clause == clause)

    def figure(self, key: str) -> TermNote:
        """One figure by its key in the file."""
        return next(note for note in self.figures if note.key == key)


@dataclass(frozen=True)
class Folder:
    """Everything that an operator wrote: who they are, and their policies by slug, in alphabetical order."""

    path: Path
    operator: Operator
    policies: dict[str, Document]


def load_folder(path: Path) -> Folder:
    """The operator's policy folder, read strictly and as a whole.

    Raises `Misconfigured` with the first mistake, by file, line and key; no part of a folder is used without
    the rest.
    """
    operator_source = _file(path, operators.FILE)
    operator = operators.read(operator_source)
    slugs = sorted(
        entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith((".", "_"))
    )
    if not slugs:
        raise Misconfigured(str(path), "holds no policy: each is a folder with " + ", ".join(FILES))
    policies = {}
    for slug in slugs:
        if not _SLUG.match(slug):
            raise Misconfigured(f"{slug}/", "a policy's folder is named in small letters, digits and hyphens")
        files = [_file(path, f"{slug}/{name}") for name in FILES]
        policies[slug] = read(slug, Sources(operator_source, *files))
    _check_products(policies)
    return Folder(path, operator, policies)


def load_operator(path: Path) -> Operator:
    """Only the operator of a policy folder. Raises `Misconfigured`."""
    return operators.read(_file(path, operators.FILE))


def read(slug: str, sources: Sources, *, label: str = "", strict: bool = True) -> Document:
    """One policy from its four files; `label` names it in messages, such as `hosting/1`.

    Without `strict`, what a later or earlier program wrote is read as far as it goes: published rows stay
    readable. Raises `Misconfigured`.
    """
    operator = operators.read(sources.operator, strict=strict)
    figures = terms.read(
        sources.terms,
        name=f"{slug}/terms.yaml",
        label=label or slug,
        currency=operator.currency,
        strict=strict,
    )
    kinds = catalogue.read(
        sources.catalogue, name=f"{slug}/catalogue.yaml", figures=figures.notes, strict=strict
    )
    names = _names(operator, figures.notes, kinds)
    words = text.read(sources.text, name=f"{slug}/policy.md", names=names, strict=strict)
    if strict:
        _check_dedicated(slug, words.header.products, figures.notes)
    return Document(
        slug=slug,
        sources=sources,
        operator=operator,
        title=words.header.title,
        products=words.header.products,
        otherwise=words.header.otherwise,
        terms=figures.terms,
        figures=figures.notes,
        catalogue=kinds,
        clauses=words.clauses,
        bare_figures=words.bare_figures,
        names=names,
    )


def _names(operator: Operator, figures: tuple[TermNote, ...], kinds: Catalogue) -> dict[str, str]:
    """What words may name in braces: every figure, the operator, and lists of requests."""
    names = {note.key: note.shown for note in figures}
    for field in operator.__struct_fields__:
        names[f"operator.{field}"] = str(getattr(operator, field))
    names["response_window"] = _range(names["response_warning_minutes"], names["response_breach_minutes"])
    names["phone_containment_band"] = _range(
        names["phone_containment_least_percent"], names["phone_containment_most_percent"]
    )
    prices = {note.key: note.shown for note in figures}
    for group in ("general", "advanced", "not_supported", "administrative"):
        names[f"catalogue.{group}"] = _bullets(list(kinds.of_class(group).values()), {})
    names["catalogue.prices"] = _bullets([k for k in kinds.types.values() if k.price in prices], prices)
    names["catalogue.restricted"] = _bullets([kinds.types[key] for key in kinds.restricted], {})
    return names


def _range(least: str, most: str) -> str:
    """`1 hour` and `3 hours` as `1 to 3 hours`; two units keep both: `30 minutes to 2 hours`."""
    number, _, unit = least.partition(" ")
    return f"{number} to {most}" if most.partition(" ")[2].startswith(unit) else f"{least} to {most}"


def _bullets(kinds: list[RequestType], prices: dict[str, str]) -> str:
    lines = []
    for kind in kinds:
        price = f": {prices[kind.price]}" if kind.price in prices else ""
        answer = f". {kind.answer}" if kind.answer and not prices else ""
        lines.append(f"- {kind.name}{price}{answer}")
    return "\n".join(lines)


def _check_products(policies: dict[str, Document]) -> None:
    """Every product belongs to one policy, and exactly one policy takes what none of them names."""
    taken: dict[str, str] = {}
    for slug, policy in policies.items():
        for product in policy.products:
            if product in taken:
                raise Misconfigured(
                    f"{slug}/policy.md, products", f"'{product}' is covered by {taken[product]} already"
                )
            taken[product] = slug
    rest = [slug for slug, policy in policies.items() if policy.otherwise]
    if len(rest) != 1:
        which = "none does" if not rest else f"{' and '.join(rest)} do"
        raise Misconfigured(
            "policy.md, otherwise",
            f"exactly one policy covers what no policy names ('otherwise: true'); {which}",
        )


def _check_dedicated(slug: str, products: tuple[str, ...], figures: tuple[TermNote, ...]) -> None:
    """The hosting policy does not speak for dedicated servers, so none of its figures may pass as theirs."""
    if DEDICATED not in products:
        return
    for note in figures:
        if note.source == BY_POLICY:
            raise Misconfigured(
                f"{slug}/terms.yaml line {note.line}, {note.key}.source",
                "says that the hosting support policy sets this figure, but it does not apply to"
                " dedicated servers"
                " (scope.dedicated): mark it 'set by the operator' and say why",
            )


def _file(folder: Path, name: str) -> str:
    path = folder / name
    if not path.is_file():
        raise Misconfigured(name, f"is missing in {folder}")
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise Misconfigured(name, "is larger than a policy file can be (1 MB)")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Misconfigured(name, "is not text in UTF-8") from error
    except OSError as error:
        raise Misconfigured(name, f"cannot be read ({error.strerror})") from error
