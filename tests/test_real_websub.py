"""A ping on a real WebSub hub (Flask-WebSub): a subscriber gets the feed because we told the hub."""

import threading

import pytest
from wire import note, reservation

from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.network import Account, NetworkError
from cmflow.networks.websub import NETWORK

flask = pytest.importorskip("flask")
celery = pytest.importorskip("celery")
websub = pytest.importorskip("flask_websub.hub")
serving = pytest.importorskip("werkzeug.serving")
requests = pytest.importorskip("requests")

FEED = "<feed>Un nouveau texte</feed>"

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def hub(tmp_path):
    """A hub, a feed and a subscriber in one server; yields its address and what was delivered."""
    app, delivered = flask.Flask("hub"), []
    app.config["PUBLISH_SUPPORTED"] = True
    queue = celery.Celery("hub", broker="memory://localhost")
    queue.conf.task_always_eager = True
    made = websub.Hub(
        websub.SQLite3HubStorage(str(tmp_path / "hub.sqlite3")), queue, PUBLISH_SUPPORTED=True
    )
    app.register_blueprint(made.build_blueprint("/hub"))

    @app.get("/feed.xml")
    def feed():
        link = f'<{flask.request.host_url}hub>; rel="hub", <{flask.request.base_url}>; rel="self"'
        return FEED, 200, {"Link": link, "Content-Type": "application/atom+xml"}

    @app.get("/reader")
    def challenge():
        return flask.request.args["hub.challenge"]

    @app.post("/reader")
    def receive():
        delivered.append(flask.request.get_data(as_text=True))
        return ""

    server = serving.make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", delivered
    server.shutdown()
    server.server_close()
    thread.join()


def ping(server, path="/hub"):
    channel = Channel(network="websub", server=f"{server}{path}", account=f"{server}/feed.xml")
    account = Account("hub", channel, {}, Client(), lambda _path: b"")
    return NETWORK.send(account, note(), 0, reservation(), ())


def subscribe(server):
    said = {
        "hub.mode": "subscribe", "hub.topic": f"{server}/feed.xml", "hub.callback": f"{server}/reader",
    }  # fmt: skip
    assert requests.post(f"{server}/hub", data=said, timeout=10).status_code == 202


def test_a_ping_brings_the_feed_to_those_who_subscribed(hub):
    server, delivered = hub
    subscribe(server)
    assert ping(server).id == f"{server}/feed.xml"
    assert delivered == [FEED]


def test_a_second_ping_does_no_harm(hub):
    server, delivered = hub
    subscribe(server)
    assert ping(server) == ping(server)
    assert set(delivered) == {FEED}


def test_an_address_that_is_no_hub_is_a_refusal(hub):
    with pytest.raises(NetworkError):
        ping(hub[0], "/nothing")
