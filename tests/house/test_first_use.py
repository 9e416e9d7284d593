"""Shapes that several threads use for the first time at one moment: msgspec finds them half learnt and ends the process.

Each runs in a process of its own, in which learning a shape is made to take long.
"""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
TOGETHER = """
import resource, threading, time
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

def slowly(frame, event, _):
    if event == "call" and frame.f_code.co_name == "get_class_annotations":
        time.sleep(0.05)

def together(work, times=4):
    threading.setprofile(slowly)
    said = []
    def one(place):
        time.sleep(0.07 * place)
        said.append(work())
    threads = [threading.Thread(target=one, args=(place,)) for place in range(times)]
    for each in threads: each.start()
    for each in threads: each.join()
    assert len(said) == times and all(each == said[0] for each in said), said
"""
MAILS = """
import msgspec
from hostdesk.mail import child, reading
payload = msgspec.msgpack.Encoder().encode(reading.read(b"From: a@b.example\\r\\nSubject: x\\r\\n\\r\\nhello\\r\\n"))
together(lambda: child.answer_of(bytearray(child.PARSED), bytearray(payload)).subject)
"""
POLICIES = """
import msgspec
from hostdesk.policy import strict_yaml
class Inner(msgspec.Struct):
    name: str
class File(msgspec.Struct):
    first: Inner
    rest: list[Inner]
together(lambda: strict_yaml.read("first: {name: a}\\nrest: [{name: b}]\\n", File, name="x.yaml")[0].first.name)
"""
NEITHER = """
import msgspec
class Inner(msgspec.Struct):
    name: str
class File(msgspec.Struct):
    first: Inner
    rest: list[Inner]
together(lambda: msgspec.convert({"first": {"name": "a"}, "rest": [{"name": "b"}]}, File).first.name)
"""


def ends_with(code):
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER + code],
        cwd=TOP,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr[-300:]


@pytest.mark.db_free
@pytest.mark.faults
@pytest.mark.parametrize("code", [MAILS, POLICIES], ids=["answers of the reading children", "policy files"])
def test_many_threads_may_read_the_first_one_at_the_same_moment(code):
    assert ends_with(code) == (0, "")


@pytest.mark.db_free
def test_the_library_still_needs_this_care():
    assert ends_with(NEITHER)[0] < 0, "when this fails the locks around msgspec can go"
