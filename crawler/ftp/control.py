"""ftplib's client with everything taken out that dials, listens, writes or trusts."""

from __future__ import annotations

import ftplib
import socket
import ssl

from documents.records import SkipReason
from fetching.errors import UrlDeniedError

# All that is ever said to a server. None of these changes anything there; PORT and EPRT, by which a server would dial
# us or anybody else, are not among them, nor is any way to log in but the anonymous one.
SPOKEN = frozenset(
    "USER PASS AUTH PBSZ PROT FEAT CLNT OPTS TYPE PWD CWD PASV EPSV MLSD LIST NLST SIZE MDTM REST RETR QUIT".split()
)
ANONYMOUS = "anonymous"
# Lines and characters of one reply. Real greetings and FEAT replies have less than 100 lines.
MOST_REPLY_LINES = 500
LONGEST_REPLY = 64 << 10
# Ports below this one are other services' (RFC 6335): a passive port there is an attempt to have us talk to one.
LOWEST_DATA_PORT = 1024
_PORTS = range(LOWEST_DATA_PORT, 1 << 16)


class Control(ftplib.FTP):
    """A control connection over a socket that somebody else has dialled.

    Text on it is Latin-1, which is one character for each byte, so that names in any charset go through unharmed.

    Args:
        opened: connected, its timeout set.
        said: each command that is sent is added to it, without its arguments.
    """

    def __init__(self, opened: socket.socket, said: list[str] | None = None) -> None:
        self._said = [] if said is None else said
        super().__init__(encoding="latin-1", timeout=opened.gettimeout())
        self.take(opened)

    def take(self, opened: socket.socket) -> None:
        """Go on over this socket; what was buffered of the former one is dropped, so nobody can put words into it."""
        if self.file is not None:
            self.file.close()
        self.sock = opened
        self.af = opened.family
        self.file = opened.makefile("r", encoding=self.encoding)

    @property
    def opened(self) -> socket.socket:
        """The socket.

        Raises:
            EOFError: it has been closed.
        """
        if self.sock is None:
            raise EOFError
        return self.sock

    def putline(self, line: str) -> None:
        """See ftplib. The one place through which all commands go.

        Raises:
            UrlDeniedError: the command is not one that reads.
        """
        verb, _, argument = line.partition(" ")
        if verb not in SPOKEN or (verb == "USER" and argument != ANONYMOUS):
            raise UrlDeniedError(SkipReason.DENIED_BY_GUARD, "a command that does not only read")
        self._said.append(verb)
        super().putline(line)

    def getmultiline(self) -> str:
        """See ftplib; without end it is cut off."""
        line = self.getline()
        if line[3:4] != "-":
            return line
        lines, size = [line], len(line)
        while len(lines) < MOST_REPLY_LINES and size < LONGEST_REPLY:
            lines.append(self.getline())
            size += len(lines[-1])
            if lines[-1][:4] == f"{line[:3]} ":
                return "\n".join(lines)
        raise ftplib.error_proto("reply without end")

    def passive_port(self, *, extended: bool) -> int:
        """Ask for a data connection. Of the answer only the port is read: an address in it could be anybody's.

        Raises:
            ftplib.error_proto: the answer names no port, or one of another service.
        """
        try:
            if extended:
                port = ftplib.parse229(self.sendcmd("EPSV"), ("", 0))[1]
            else:
                port = ftplib.parse227(self.sendcmd("PASV"))[1]
        except (ValueError, IndexError):
            port = 0
        if port not in _PORTS:
            raise ftplib.error_proto("no data port")
        return port

    def begin(self, command: str, rest: int) -> bool:
        """Start a transfer; False where the server says at once that it is over, with nothing to send."""
        if rest:
            self.sendcmd(f"REST {rest}")
        reply = self.sendcmd(command)
        if reply[:3] == "200":  # some say that they understood before they begin
            reply = self.getresp()
        if reply[0] == "1":
            return True
        if reply[0] == "2":
            return False
        raise ftplib.error_reply(reply)

    def secured(self, context: ssl.SSLContext, host: str, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
        """A TLS socket around the control connection's own; the handshake is still to be made."""
        return unshaken(self.opened, context, host, session)


def unshaken(
    opened: socket.socket, context: ssl.SSLContext, host: str, session: ssl.SSLSession | None = None
) -> ssl.SSLSocket:
    """A TLS socket whose handshake is still to be made, so that somebody can watch it meanwhile."""
    return context.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False, session=session)
