"""A closed loop of HTTP requests: each connection sends the next request when the answer to the last one has come."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

__all__ = ["Result", "measure", "plain", "signed"]


@dataclass(frozen=True)
class Result:
    """What a loop did: answers a second, and the time of an answer in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float


def signed(url: str, body: bytes, key: str, secret: str, region: str, **headers: str) -> bytes:
    """A whole HTTP request, signed once: it is sent again and again as it is."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest("POST", url, data=body, headers=names)
    SigV4Auth(Credentials(key, secret), "sagemaker", region).add_auth(request)
    return plain(url, body, **dict(request.headers.items()))


def plain(url: str, body: bytes, **headers: str) -> bytes:
    """A whole HTTP request without a signature."""
    parts = urlsplit(url)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
    return head.encode() + body


def measure(url: str, requests: list[bytes], connections: int, seconds: float) -> Result:
    """Run the loop; every connection sends `requests` in turn. Raises RuntimeError for an answer that is no 200."""
    times: list[float] = []

    async def loop(until: float) -> None:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        number = 0
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(requests[number % len(requests)])
            number += 1
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(f"{head.splitlines()[0].decode()}: {body[:300]!r}")
            if b"\r\nconnection: close" in head:
                writer.close()
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            times.append(time.perf_counter() - began)
        writer.close()

    async def run() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(loop(began + seconds) for _ in range(connections)))
        return time.perf_counter() - began

    took = asyncio.run(run())
    times.sort()
    return Result(len(times) / took, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3)
