"""Program inside a container's network namespace: ``python -I -S agent.py DESCRIPTOR ENDPOINT_PORT``.

DESCRIPTOR is a connected Unix socket to the stack. First the agent sends one byte, with a socket that listens on
127.0.0.1:ENDPOINT_PORT where that is not 0. Then, for each byte that comes, it sends one byte back: with a socket that
is connected to 127.0.0.1:8080, or without one and the error's number. It ends with the stack's side of the socket.
"""

from __future__ import annotations

import socket
import sys

PORT = 8080
CONNECT_SECONDS = 1.0
BACKLOG = 64


def main(descriptor: int, endpoint_port: int) -> None:
    stack = socket.socket(fileno=descriptor)
    if endpoint_port:
        with socket.create_server(("127.0.0.1", endpoint_port), backlog=BACKLOG) as listener:
            socket.send_fds(stack, [b"\0"], [listener.fileno()])
    else:
        stack.sendall(b"\0")
    while stack.recv(1):
        try:
            with socket.create_connection(("127.0.0.1", PORT), CONNECT_SECONDS) as connected:
                connected.setblocking(True)
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                socket.send_fds(stack, [b"\0"], [connected.fileno()])
        except OSError as error:
            stack.sendall(bytes([min(error.errno or 255, 255)]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
