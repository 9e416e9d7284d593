"""An IMAP server on loopback for tests: as much of RFC 9051 as fetching mail asks for, and every way of failing at it."""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer

USER, PASSWORD = "support@itpossible.example", "open sesame"
ALL = ("IDLE", "MOVE", "UIDPLUS", "NAMESPACE", "AUTH=PLAIN", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER", "SASL-IR")


class Mail:
    def __init__(self, uid, raw, flags=(), arrived="26-Nov-2026 10:00:00 +0200"):
        self.uid, self.raw, self.flags, self.arrived = uid, raw, set(flags), arrived
        self.size = len(raw)


class Folder:
    def __init__(self, validity):
        self.validity, self.next, self.mails = validity, 1, []

    def add(self, raw, **more):
        mail = Mail(self.next, raw, **more)
        self.next += 1
        self.mails.append(mail)
        return mail


class Store:
    """What the server holds, and how it behaves; shared by all connections.

    `refuse` maps a pattern of commands to the answer that they get instead; `hang_up_on` is a pattern of commands at
    which the line is cut, in the middle of the answer for FETCH; `tokens` are the access tokens that open it; `pause` is how
    long each command takes, in seconds.
    """

    def __init__(self, capabilities=ALL, prefix="", separator="/"):
        self.lock = threading.RLock()
        self.capabilities, self.prefix, self.separator = list(capabilities), prefix, separator
        self.folders = {"INBOX": Folder(1)}
        self.tokens, self.refuse, self.hang_up_on = set(), {}, None
        self.commands, self.lines, self.greeting = [], set(), "* OK ready"
        self.changed = threading.Condition(self.lock)
        self.port, self.pause = 0, 0.0

    @property
    def inbox(self):
        return self.folders["INBOX"]

    def add(self, raw, folder="INBOX", **more):
        with self.changed:
            mail = self.folders[folder].add(raw, **more)
            self.changed.notify_all()
            return mail

    def uids(self, folder="INBOX"):
        with self.lock:
            return [mail.uid for mail in self.folders[folder].mails]

    def raws(self, folder):
        with self.lock:
            return [mail.raw for mail in self.folders[folder].mails] if folder in self.folders else []

    def flags(self, folder="INBOX"):
        with self.lock:
            return {mail.uid: mail.flags for mail in self.folders[folder].mails}

    def number_anew(self):
        with self.lock:
            old = self.inbox
            self.folders["INBOX"] = new = Folder(old.validity + 1)
            new.next = 501
            for mail in old.mails:
                new.add(mail.raw, flags=mail.flags, arrived=mail.arrived)

    def hang_up(self):
        """Cut every line without a word."""
        with self.lock:
            for line in list(self.lines):
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def count(self, pattern):
        with self.lock:
            return sum(1 for command in self.commands if re.search(pattern, command))


class _HungUpError(Exception):
    pass


class _Conversation(StreamRequestHandler):
    def handle(self):
        self.store, self.folder, self.plain = self.server.store, None, self.connection
        with self.store.lock:
            self.store.lines.add(self.plain)
        try:
            if self.server.tls and self.server.tls_at_once:
                self._begin_tls()
            self.say(self.store.greeting)
            while self._one_command():
                pass
        except (_HungUpError, OSError, ValueError):
            pass
        finally:
            with self.store.lock:
                self.store.lines.discard(self.plain)

    def finish(self):
        with suppress(OSError):
            super().finish()

    def _begin_tls(self):
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")

    def say(self, *lines):
        for line in lines:
            self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        self.wfile.flush()

    def _line(self):
        line = self.rfile.readline()
        if not line.endswith(b"\n"):
            raise _HungUpError
        line = line.rstrip(b"\r\n")
        while found := re.search(rb"\{(\d+)(\+?)\}$", line):
            if not found[2]:
                self.say("+ go on")
            literal = self.rfile.read(int(found[1]))
            line = line[: found.start()] + b'"' + literal + b'"' + self.rfile.readline().rstrip(b"\r\n")
        return line.decode("utf-8", "replace")

    def _one_command(self):
        tag, _, rest = self._line().partition(" ")
        store = self.store
        with store.lock:
            store.commands.append(rest if not rest.startswith(("LOGIN", "AUTH")) else rest.split()[0])
        time.sleep(store.pause)
        answer = next((a for pattern, a in store.refuse.items() if re.search(pattern, rest)), None)
        if store.hang_up_on and re.search(store.hang_up_on, rest):
            if " FETCH " in rest and "BODY" in rest:
                self.wfile.write(b"* 1 FETCH (UID 1 BODY[]<0> {100000}\r\nhalf of it")
                self.wfile.flush()
            raise _HungUpError
        if answer is not None:
            self.say(f"{tag} {answer}")
            return True
        word, _, words = rest.partition(" ")
        name = word.upper()
        if name == "UID":
            word, _, words = words.partition(" ")
            name = "UID_" + word.upper()
        do = getattr(self, f"do_{name.lower()}", None)
        if do is None:
            self.say(f"{tag} BAD unknown command")
            return True
        said = do(words)
        if said == "STARTTLS":
            self.say(f"{tag} OK begin")
            self._begin_tls()
            return True
        self.say(f"{tag} {said or 'OK done'}")
        return name != "LOGOUT"

    # -- who -------------------------------------------------------------------

    def do_capability(self, words):
        offered = [
            *self.store.capabilities,
            *(["STARTTLS"] if self.server.tls and not self.server.tls_at_once else []),
        ]
        self.say("* CAPABILITY IMAP4rev1 " + " ".join(offered))

    def do_starttls(self, words):
        return "STARTTLS"

    def do_login(self, words):
        user, password = [
            one.replace('\\"', '"')
            for one in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', words)
            for one in one
            if one
        ]
        return (
            "OK in"
            if (user, password) == (USER, PASSWORD)
            else "NO [AUTHENTICATIONFAILED] no such user or password"
        )

    def do_authenticate(self, words):
        self.say("+ ")
        given = base64.b64decode(self._line()).decode()
        if words == "PLAIN":
            return "OK in" if given.split("\0")[1:] == [USER, PASSWORD] else "NO [AUTHENTICATIONFAILED] wrong"
        if any(f"auth=Bearer {token}\x01" in given for token in self.store.tokens) and USER in given:
            return "OK in"
        self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
        self._line()
        return "NO [AUTHENTICATIONFAILED] token is worthless"

    def do_logout(self, words):
        self.say("* BYE see you")

    # -- where -----------------------------------------------------------------

    def _named(self, words):
        return words.strip().strip('"')

    def do_select(self, words):
        folder = self.store.folders.get(self._named(words))
        if folder is None:
            return "NO [NONEXISTENT] there is no such folder"
        self.folder = folder
        self.say(
            f"* {len(folder.mails)} EXISTS", "* 0 RECENT", "* FLAGS (\\Seen \\Deleted \\Flagged)",
            f"* OK [UIDVALIDITY {folder.validity}] valid", f"* OK [UIDNEXT {folder.next}] next",
        )  # fmt: skip
        return "OK [READ-WRITE] selected"

    def do_namespace(self, words):
        self.say(f'* NAMESPACE (("{self.store.prefix}" "{self.store.separator}")) NIL NIL')

    def do_list(self, words):
        wanted = re.findall(r'"([^"]*)"|(\S+)', words)[-1]
        name = wanted[0] or wanted[1]
        if name in self.store.folders:
            self.say(f'* LIST () "{self.store.separator}" "{name}"')

    def do_create(self, words):
        with self.store.lock:
            self.store.folders[self._named(words)] = Folder(7)

    def do_subscribe(self, words):
        return "OK done"

    def do_noop(self, words):
        return "OK done"

    def do_idle(self, words):
        before = len(self.folder.mails)
        self.say("+ idling")
        over = threading.Event()

        def tell():
            with self.store.changed:
                while not over.is_set():
                    if len(self.folder.mails) != before:
                        with suppress(OSError):
                            self.say(f"* {len(self.folder.mails)} EXISTS")
                        return
                    self.store.changed.wait(0.05)

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            self._line()
        finally:
            over.set()
            teller.join(5)

    # -- mails -----------------------------------------------------------------

    def _chosen(self, words):
        top = max((mail.uid for mail in self.folder.mails), default=0)
        chosen = set()
        for piece in words.split(","):
            first, _, last = piece.partition(":")
            low, high = sorted(top if one == "*" else int(one) for one in (first, last or first))
            chosen |= {mail.uid for mail in self.folder.mails if low <= mail.uid <= high}
        return [(n, mail) for n, mail in enumerate(self.folder.mails, 1) if mail.uid in chosen]

    def do_uid_search(self, words):
        with self.store.lock:
            if "DELETED" in words:
                found = [mail.uid for mail in self.folder.mails if "\\Deleted" in mail.flags]
            else:
                found = [mail.uid for _, mail in self._chosen(words.rpartition("UID ")[2].strip("() "))]
        self.say("* SEARCH " + " ".join(map(str, found)))

    def do_uid_fetch(self, words):
        which, _, what = words.partition(" ")
        with self.store.lock:
            chosen = self._chosen(which)
        part = re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", what)
        for n, mail in chosen:
            if part:
                piece = mail.raw[: int(part[1])]
                self.say(
                    f"* {n} FETCH (UID {mail.uid} BODY[]<0> {{{len(piece)}}}".encode()
                    + b"\r\n"
                    + piece
                    + b")"
                )
            else:
                flags = " ".join(sorted(mail.flags))
                self.say(
                    f'* {n} FETCH (UID {mail.uid} RFC822.SIZE {mail.size} FLAGS ({flags}) INTERNALDATE "{mail.arrived}")'
                )

    def do_uid_store(self, words):
        with self.store.lock:
            for _, mail in self._chosen(words.partition(" ")[0]):
                mail.flags |= set(re.findall(r"\\\w+", words))

    def do_uid_copy(self, words):
        which, _, where = words.partition(" ")
        folder = self.store.folders.get(self._named(where))
        if folder is None:
            return "NO [TRYCREATE] there is no such folder"
        with self.store.lock:
            for _, mail in self._chosen(which):
                folder.add(mail.raw, flags=mail.flags)
        return None

    def do_uid_move(self, words):
        said = self.do_uid_copy(words)
        if said is None:
            self._drop({mail.uid for _, mail in self._chosen(words.partition(" ")[0])})
        return said

    def do_uid_expunge(self, words):
        self._drop({mail.uid for _, mail in self._chosen(words) if "\\Deleted" in mail.flags})

    def do_expunge(self, words):
        self._drop({mail.uid for mail in self.folder.mails if "\\Deleted" in mail.flags})

    def _drop(self, uids):
        with self.store.lock:
            for n, mail in reversed(list(enumerate(self.folder.mails, 1))):
                if mail.uid in uids:
                    self.folder.mails.remove(mail)
                    self.say(f"* {n} EXPUNGE")


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        pass


@contextmanager
def imap_server(store=None, *, tls=None, tls_at_once=True, port=0):
    """A running server over `store`; yields the store, with its `port`."""
    store = store or Store()
    server = _Server(("127.0.0.1", port), _Conversation)
    server.store, server.tls, server.tls_at_once = store, tls, tls_at_once
    store.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.hang_up()
        server.shutdown()
        server.server_close()
        thread.join(5)
