"""The parts of a page: fields, sentences, bundles, colours."""

import gzip
import math
import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template
from django.test import RequestFactory, override_settings

from hostdesk.kit.refusals import Refused
from hostdesk.web import flash
from hostdesk.web.bundles import BUNDLES, joined

pytestmark = pytest.mark.db_free


class Request(forms.Form):
    subject = forms.CharField(label="In one line", help_text="For example: site down")
    phone = forms.CharField(required=False)
    agreed = forms.BooleanField(required=False)


def shown(source, **context):
    return Template("{% load web %}" + source).render(Context(context))


def test_a_field_keeps_what_was_typed_and_says_what_is_wrong_beside_it():
    class Numbers(forms.Form):
        many = forms.IntegerField(help_text="How many?")

    page = shown("{% field form.many %}", form=Numbers({"many": '"><script>'}))

    assert 'value="&quot;&gt;&lt;script&gt;"' in page
    assert re.search(r'aria-invalid="true"', page)
    assert re.search(r'aria-describedby="id_many_helptext id_many_error"', page)
    assert re.findall(r'id="(id_many_\w+)"', page) == ["id_many_helptext", "id_many_error"]
    assert "Enter a whole number." in page


def test_a_field_that_may_stay_empty_says_so():
    assert (
        "(may stay empty)" in shown("{% field f.phone %}", f=Request()),
        "(may stay empty)" in shown("{% field f.subject %}", f=Request()),
        # A box that is ticked or not is never empty.
        "(may stay empty)" in shown("{% field f.agreed %}", f=Request()),
    ) == (True, False, False)


def test_what_was_done_is_told_once_with_the_way_to_undo_it():
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)
    flash.done(request, "Resolved <it>.", undo="/desk/tickets/1001/resolution/undo")
    flash.said_no(request, Refused("sla.fcfs", "Older ones wait."))
    told = [flash.shown(message) for message in messages.get_messages(request)]

    assert [(one.sentence, one.level, one.undo, one.clause) for one in told] == [
        ("Resolved <it>.", "success", "/desk/tickets/1001/resolution/undo", ""),
        ("Older ones wait.", "error", "", "sla.fcfs"),
    ]


def test_an_unknown_tone_is_a_slip_of_ours():
    with pytest.raises(AssertionError, match="no tone 'red'"):
        shown('{% state "late" "red" %}')


def test_every_script_keeps_its_names_to_itself():
    assert (
        joined("web/client.js", dict.fromkeys(BUNDLES["web/client.js"], "const x = 1;")).count(
            "{\nconst x = 1;\n}"
        )
        == 5
    )


def read(path):
    """A static file as it lies in its room."""
    return Path(finders.find(path)).read_text(encoding="utf-8")


def sources(name):
    return {path: read(path) for path in BUNDLES[name]}


@pytest.mark.parametrize("name", sorted(BUNDLES))
def test_no_style_or_script_reaches_out_of_the_house(name):
    text = joined(name, sources(name))

    assert re.findall(r"@import|url\(|https?://(?!www\.w3\.org)|\beval\(|new Function", text) == []


@pytest.mark.parametrize("shell", ["desk", "client", "public"])
def test_a_first_visit_costs_under_a_hundred_kilobytes(shell):
    """What the shell loads, compressed; the page itself may be as large again as everything here."""
    names = [name for name in BUNDLES if name.startswith(f"web/{shell}.")]
    own = sum(len(gzip.compress(joined(name, sources(name)).encode())) for name in names)
    others = 0 if shell == "public" else len(gzip.compress(read("django_htmx/htmx-2.min.js").encode()))

    assert own + others < 40_000


def test_collecting_joins_hashes_and_compresses(tmp_path):
    storage = {**settings.STORAGES, "staticfiles": {"BACKEND": "hostdesk.web.storage.BundledStorage"}}
    with override_settings(STORAGES=storage, STATIC_ROOT=str(tmp_path)):
        call_command("collectstatic", interactive=False, verbosity=0)
        page = shown('{% styles "desk" %}')

    hashed = re.fullmatch(r'<link rel="stylesheet" href="/static/(web/desk\.[0-9a-f]{12}\.css)">', page)
    assert (tmp_path / hashed[1]).read_text() == joined("web/desk.css", sources("web/desk.css"))
    assert gzip.decompress((tmp_path / f"{hashed[1]}.gz").read_bytes()) == (tmp_path / hashed[1]).read_bytes()


def test_a_file_that_was_not_collected_does_not_break_the_page(tmp_path):
    storage = {**settings.STORAGES, "staticfiles": {"BACKEND": "hostdesk.web.storage.BundledStorage"}}
    with override_settings(STORAGES=storage, STATIC_ROOT=str(tmp_path)):
        assert shown('{% styles "desk" %}') == '<link rel="stylesheet" href="/static/web/desk.css">'


# -- colours ------------------------------------------------------------------

PAIR = re.compile(r"--([a-z-]+): light-dark\(oklch\(([^)/]+)\), oklch\(([^)/]+)\)\)")
SURFACES = ("paper", "ground", "sunken", "hover")
TEXTS = ("ink", "ink-soft", "ink-faint", "accent", "good", "watch", "late", "ours")
WASHED = [(one, f"{one}-wash") for one in ("accent", "good", "watch", "late", "ours")] + [
    ("note-ink", "note"),
    ("ink", "note"),
]
MARKS = ("line-strong", "good-mark", "watch-mark", "late-mark", "ours-mark")


def luminance(oklch):
    """The relative luminance of an OKLCH colour, by its definition; out-of-gamut parts are cut off."""
    lightness, chroma, hue = oklch
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    l_, m, s = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    red = 4.0767416621 * l_ - 3.3077115913 * m + 0.2309699292 * s
    green = -1.2684380046 * l_ + 2.6097574011 * m - 0.3413193965 * s
    blue = -0.0041960863 * l_ - 0.7034186147 * m + 1.7076147010 * s
    return sum(
        weight * min(1, max(0, part))
        for weight, part in zip((0.2126, 0.7152, 0.0722), (red, green, blue), strict=True)
    )


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(mode):
    found = PAIR.findall(read("web/css/tokens.css"))
    values = {}
    for name, light, dark in found:
        numbers = [float(part) for part in (light, dark)[mode].split()]
        values[name] = tuple(numbers + [0.0] * (3 - len(numbers)))
    return values


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_and_marks_have_contrast_enough(mode):
    colour = colours(mode)
    texts = [(text, ground, 4.5) for text in TEXTS for ground in SURFACES] + [(*pair, 4.5) for pair in WASHED]
    marks = [(mark, ground, 3.0) for mark in MARKS for ground in ("paper", "sunken")]
    faint = {
        (one, other): round(contrast(colour[one], colour[other]), 2)
        for one, other, least in texts + marks
        if contrast(colour[one], colour[other]) < least
    }

    assert faint == {}


def test_the_contrast_of_black_on_white_is_what_everybody_knows():
    assert round(contrast((1, 0, 0), (0, 0, 0)), 2) == 21.0
