"""CSV as people export it is understood, or refused by line."""

import pytest

from hostdesk.kit import tables_of_text
from hostdesk.kit.tables_of_text import Fault, Line

pytestmark = pytest.mark.db_free
READ = {"required": ("name", "email"), "optional": ("phone",)}
ANNE = Line(2, {"phone": "", "name": "Zoë", "email": "z@a.example"})


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("name,email\nZoë,z@a.example\n".encode(), "UTF-8"),
        ("\ufeffname,email\r\nZoë,z@a.example\r\n".encode(), "UTF-8"),
        ("Name;EMAIL\nZoë;z@a.example".encode("cp1252"), "Windows-1252"),
        ("name\temail\n Zoë \tz@a.example\n\n".encode(), "UTF-8"),
        ('email,name\nz@a.example,"Zoë"\n'.encode(), "UTF-8"),
    ],
)
def test_exports_of_all_kinds_give_the_same_rows(content, encoding):
    table = tables_of_text.read(content, **READ)

    assert (table.lines, table.faults, table.encoding) == ((ANNE,), (), encoding)


def test_the_separator_line_of_excel_counts_as_a_line():
    table = tables_of_text.read("sep=;\nname;email\nZoë;z@a.example\n".encode(), **READ)

    assert table.lines == (Line(3, ANNE.cells),)


def test_a_row_is_named_by_the_line_on_which_it_begins():
    table = tables_of_text.read(b'name,email\n\n"two\nlines",z@a.example\nonly one\n', **READ)

    assert table.faults == (
        Fault(3, "column name contains a line break or another invisible character"),
        Fault(5, "has 1 cells where the first line has 2"),
    )


@pytest.mark.parametrize(
    ("content", "line", "beginning"),
    [
        (b"", 1, "the file is empty"),
        (b"PK\x03\x04rest", 1, "is a spreadsheet"),
        ("name,email\n".encode("utf-16"), 1, "is not plain text"),
        (b"name,email\nok,ok\n\x81,x\n", 1, "is neither UTF-8 nor Windows-1252 (line 3)"),
        (b"name\nx\n", 1, "has no column email"),
        (b"name,email,colour\n", 1, "column 'colour' is not known"),
        (b"name,email,name\n", 1, "names the column name twice"),
        (b'name,email\nx,y\n"open,z\n', 3, "has a quotation mark that is not closed"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(content, line, beginning):
    (fault,) = tables_of_text.read(content, **READ).faults

    assert (fault.line, fault.sentence[: len(beginning)]) == (line, beginning)
