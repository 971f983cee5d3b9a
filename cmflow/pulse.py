"""Whether a stored token still works: one harmless request to each network that has one.

Where there is none (LinkedIn needs the app's own secret, X wants money for the answer), nobody is
asked. A network of one's own may have a method `check(account)`, which raises `NetworkError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cmflow import networks
from cmflow.network import Account, Network, Trouble
from cmflow.networks import bluesky, devto, facebook, mastodon, slack, telegram
from cmflow.networks.base import account_of, secret_of, server_of

Ask = Callable[[Account], object]


def check(kind: str, account: Account) -> bool:
    """Ask a network, or a kind of source, whether it knows us; tells whether there was a way to.

    Raises `NetworkError` where it refuses.
    """
    ask = _ASKS.get(kind)
    if ask is None and kind in networks.names():
        ask = getattr(networks.load(kind), "check", None)
    if ask is None:
        return False
    ask(account)
    return True


def moved(network: Network, account: Account) -> int | None:
    """Return how many characters a server takes, where that is less than its notes are made for."""
    told = network.limit_at(account)
    planned = account.settings.limit or network.limits.text
    return told if told is not None and told < planned else None


def _mastodon(account: Account) -> object:
    # https://docs.joinmastodon.org/methods/accounts/#verify_credentials
    token = secret_of(account, mastodon.NETWORK, "TOKEN")
    url = f"{server_of(account)}/api/v1/accounts/verify_credentials"
    return _get(account, url, Authorization=f"Bearer {token}")


def _bluesky(account: Account) -> object:
    # https://docs.bsky.app/docs/api/com-atproto-server-create-session; 300 a day
    said = {
        "identifier": account_of(account).removeprefix("@"),
        "password": secret_of(account, bluesky.NETWORK, "PASSWORD"),
    }
    server = server_of(account, "https://bsky.social")
    url = f"{server}/xrpc/com.atproto.server.createSession"
    return account.http.ask("POST", url, json=said, reads=False)


def _telegram(account: Account) -> object:
    # https://core.telegram.org/bots/api#getme
    token = secret_of(account, telegram.NETWORK, "TOKEN")
    return _get(account, f"{server_of(account, 'https://api.telegram.org')}/bot{token}/getMe")


def _discord(account: Account) -> object:
    # https://docs.discord.com/developers/resources/webhook#get-webhook-with-token
    return _get(account, account.secrets["WEBHOOK"])


def _slack(account: Account) -> object:
    # https://docs.slack.dev/reference/methods/auth.test
    token = secret_of(account, slack.NETWORK, "TOKEN")
    url = f"{server_of(account, 'https://slack.com')}/api/auth.test"
    said = account.http.ask("POST", url, headers={"Authorization": f"Bearer {token}"})
    if not isinstance(said, dict) or not said.get("ok"):
        words = said.get("error") if isinstance(said, dict) else None
        raise account.http.refusal(Trouble.AUTH, f"Slack: {words or 'no answer'}")
    return said


def _facebook(account: Account) -> object:
    # https://developers.facebook.com/docs/graph-api/reference/page/
    token = secret_of(account, facebook.NETWORK, "TOKEN")
    server = server_of(account, "https://graph.facebook.com")
    url = f"{server}/{facebook.VERSION}/{account_of(account)}"
    return account.http.ask("GET", url, params={"fields": "id", "access_token": token})


def _devto(account: Account) -> object:
    # https://developers.forem.com/api/v1#tag/users
    token = secret_of(account, devto.NETWORK, "TOKEN")
    return _get(
        account, f"{server_of(account, 'https://dev.to')}/api/users/me", **{"api-key": token}
    )


def _github(account: Account) -> object:
    # https://docs.github.com/en/rest/rate-limit/rate-limit; it costs nothing of the rate
    api = (account.settings.url or "https://api.github.com").rstrip("/")
    token = account.secrets.get("TOKEN", "")
    return _get(
        account, f"{api}/rate_limit", **({"Authorization": f"Bearer {token}"} if token else {})
    )


def _mail(account: Account) -> object:
    from cmflow.sources import mail_box  # the library of mail is not needed by anything else here

    with mail_box.opened(account):
        return None


def _get(account: Account, url: str, **headers: str) -> Any:
    return account.http.ask("GET", url, headers=headers)


_ASKS: Mapping[str, Ask] = {
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "telegram": _telegram,
    "discord": _discord,
    "slack": _slack,
    "facebook": _facebook,
    "devto": _devto,
    "github": _github,
    "mail": _mail,
}
