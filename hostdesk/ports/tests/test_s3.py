"""Attachments in S3-compatible storage, against a real server that speaks its protocol on loopback."""

import hashlib
import sys

import boto3
import pytest
from django.core.files.storage import storages
from django.test import override_settings
from moto.server import ThreadedMotoServer

from hostdesk.kit.refusals import Misconfigured, Missing
from hostdesk.ports import files
from hostdesk.ports.outcomes import PortDown

pytestmark = [
    pytest.mark.db_free,
    # The client library warns about its own future.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
KEY, SECRET = "AKIAEXAMPLE", "secret-example"


@pytest.fixture(scope="module")
def address():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="attachments")
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def stored(address, settings):
    """The attachment storage as HOSTDESK_ATTACHMENTS_URL=s3+http://KEY:SECRET@host/bucket makes it."""
    from hostdesk.config.settings import attachment_storage

    made = attachment_storage(f"s3+http://{KEY}:{SECRET}@{address}/attachments", settings.DATA)
    with override_settings(STORAGES={**settings.STORAGES, "attachments": made}):
        yield storages["attachments"]


def test_bytes_are_kept_once_under_their_digest_and_read_again(stored):
    content = b"\x00\xff line\n" * 1000
    digests = {files.put(content), files.put(content)}

    assert digests == {hashlib.sha256(content).hexdigest()}
    assert files.read(digests.pop()) == content


def test_what_is_not_there_is_missing(stored):
    with pytest.raises(Missing):
        files.read("0" * 64)


def test_a_storage_that_is_away_says_so(settings):
    from hostdesk.config.settings import attachment_storage

    made = attachment_storage(f"s3+http://{KEY}:{SECRET}@127.0.0.1:9/attachments", settings.DATA)
    with override_settings(STORAGES={**settings.STORAGES, "attachments": made}), pytest.raises(PortDown):
        files.put(b"x")


def test_s3_without_its_packages_is_one_sentence_that_names_the_setting(settings, monkeypatch):
    from hostdesk.config.settings import attachment_storage

    monkeypatch.setitem(sys.modules, "storages", None)
    with pytest.raises(Misconfigured) as refusal:
        attachment_storage("s3://key:secret@bucket", settings.DATA)

    assert str(refusal.value).startswith("HOSTDESK_ATTACHMENTS_URL: needs requirements/s3.txt")
