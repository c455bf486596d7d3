"""Subscribers over HTTP may call the stack, and may be slow, while it serves what they are notified of."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def test_subscriber_that_calls_the_stack_is_notified(stack: Any) -> None:
    sns = stack.client("sns")
    received: list[tuple[str, int]] = []
    done = threading.Event()

    class Subscriber(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            topics = stack.client("sns").list_topics()["Topics"]
            received.append((message["Message"], len(topics)))
            done.set()
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Subscriber) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        topic = sns.create_topic(Name="called")["TopicArn"]
        try:
            url = f"http://127.0.0.1:{server.server_port}/"
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url)
            sns.publish(TopicArn=topic, Message="hello")
            assert done.wait(60)
            assert received == [("hello", 1)]
        finally:
            sns.delete_topic(TopicArn=topic)
            server.shutdown()


def test_subscriber_that_does_not_listen_is_logged(stack: Any) -> None:
    sns = stack.client("sns")
    topic = sns.create_topic(Name="unheard")["TopicArn"]
    try:
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:1/unheard")
        sns.publish(TopicArn=topic, Message="hello")
        for _ in range(600):
            if "cannot deliver to http://127.0.0.1:1/unheard" in stack.log():
                break
            threading.Event().wait(0.1)
        assert "cannot deliver to http://127.0.0.1:1/unheard" in stack.log()
        assert "Traceback" not in stack.log().rpartition("cannot deliver to http://127.0.0.1:1/unheard")[2]
    finally:
        sns.delete_topic(TopicArn=topic)
