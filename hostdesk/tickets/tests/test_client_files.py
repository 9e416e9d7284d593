"""Files of customers: what is taken, what is said about the rest, and how they leave the house."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hostdesk.tickets import receiving
from hostdesk.tickets.models import Attachment, Ticket
from hostdesk.tickets.tests.browsers import browser_of, page, request_of
from hostdesk.tickets.views.client_letters import address_of


def test_a_file_too_large_is_named_beside_the_field_and_every_word_is_kept(world):
    browser = browser_of(world.contact())
    large = SimpleUploadedFile("backup.zip", b"0" * (receiving.MOST_BYTES + 1))
    response = browser.post("/client/tickets/new", request_of(files=[large]))
    told = response.content.decode()

    assert (response.status_code, Ticket.objects.count(), Attachment.objects.count()) == (422, 0, 0)
    assert "backup.zip: larger than 25 MB." in told
    assert "Error 500 since 09:10." in told
    assert 'value="Site down"' in told
    assert 'id="id_files_error"' in told


def test_a_file_of_just_the_largest_size_is_kept_whole(world):
    browser = browser_of(world.contact())
    content = b"7" * receiving.MOST_BYTES
    browser.post("/client/tickets/new", request_of(files=[SimpleUploadedFile("backup.zip", content)]))
    file = Attachment.objects.get()
    response = browser.get(f"/client/files/{file.pk}/backup.zip")

    assert (file.size, b"".join(response.streaming_content) == content) == (receiving.MOST_BYTES, True)


def test_too_many_files_are_refused_and_the_words_kept(world):
    browser = browser_of(world.contact())
    files = [SimpleUploadedFile(f"{count}.txt", b"x") for count in range(receiving.MOST_FILES + 1)]
    response = browser.post("/client/tickets/new", request_of(files=files))

    assert (response.status_code, Ticket.objects.count()) == (422, 0)
    assert "11 files are more than 10." in response.content.decode()
    assert "Error 500 since 09:10." in response.content.decode()


def test_files_that_came_with_a_missing_word_are_asked_for_again(world):
    browser = browser_of(world.contact())
    upload = SimpleUploadedFile("a.txt", b"x")
    with_file = browser.post("/client/tickets/new", request_of(subject="", files=[upload])).content.decode()
    without = browser.post("/client/tickets/new", request_of(subject="")).content.decode()

    assert ["please choose the files again" in told for told in (with_file, without)] == [True, False]


def test_the_storage_being_away_keeps_the_words(world, settings, tmp_path):
    (tmp_path / "attachments").write_text("a file stands where the folder should be")
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "hostdesk.ports.files.DurableFileStorage",
            "OPTIONS": {"location": str(tmp_path / "attachments")},
        },
    }
    browser = browser_of(world.contact())
    response = browser.post("/client/tickets/new", request_of(files=[SimpleUploadedFile("a.txt", b"x")]))

    assert (response.status_code, Ticket.objects.count()) == (503, 0)
    assert "We cannot keep files at this moment." in response.content.decode()
    assert "Error 500 since 09:10." in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ('a"; filename=x.exe.txt', b"x"),
        ("\u202egnp.exe", b"MZ"),
        ("50% of it, \u00fcber.txt", b"x"),
    ],
)
def test_every_file_is_a_download_that_may_run_nothing(world, name, content):
    alice = world.contact()
    ticket = world.ticket(alice)
    upload = SimpleUploadedFile("x", content)
    upload.name = name
    browser = browser_of(alice)
    browser.post(
        f"/client/tickets/{ticket.number}/messages",
        {"text": "See file", "files": [upload], "submission": "c"},
    )
    file = Attachment.objects.get()
    told = page(browser, f"/client/tickets/{ticket.number}")
    address = told.partition('<a class="attachment" href="')[2].partition('"')[0]
    response = browser.get(address)

    assert address.startswith(f"/client/files/{file.pk}/")
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].partition(";")[0] == "attachment"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert browser.get(f"/client/pictures/{file.pk}").status_code == 404


@pytest.mark.db_free
@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("a b.txt", "a%20b.txt"),
        ("..", "file"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a/b?c#d%e.txt", "a_b%3Fc%23d%25e.txt"),
    ],
)
def test_the_name_in_an_address_cannot_lead_elsewhere(name, end):
    assert address_of(Attachment(pk=7, filename=name)) == f"/client/files/7/{end}"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n1234", "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe01234", "image/jpeg"),
        ("a.gif", b"GIF89a1234", "image/gif"),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        ("really-a-jpeg.png", b"\xff\xd8\xff\xe01234", "image/jpeg"),
        ("page.png", b"<html><script>alert(1)</script>", None),
        ("program.jpg", b"<svg onload='alert(1)'/>", None),
        ("short.gif", b"GIF", None),
    ],
)
def test_a_picture_is_shown_only_under_the_type_that_its_bytes_prove(world, name, content, kind):
    alice = world.contact()
    browser = browser_of(alice)
    browser.post("/client/tickets/new", request_of(files=[SimpleUploadedFile(name, content)]))
    response = browser.get(f"/client/pictures/{Attachment.objects.get().pk}")

    assert response.status_code == (200 if kind else 404)
    if kind:
        assert (response["Content-Type"], response.content) == (kind, content)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Cache-Control"] == "private, no-store"
