"""The few pages that the door shows itself, and the link to signing out in Dagster's."""

from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SIGN_OUT_PATH = "/sign-out"
SIGNED_OUT = "You are not signed in: open the link that `cloudcost ui` printed last where it runs."
#: A strict cookie does not come with the first request that another site's link makes; with the second one it does.
SIGNED_OUT_PAGE = f'<!doctype html><title>Not signed in</title><p>{SIGNED_OUT}</p><p><a href="">Try again</a></p>'
LEFT_PAGE = (
    "<!doctype html><title>Signed out</title><p>You are signed out. "
    "To sign in again, open the link that `cloudcost ui` printed last where it runs.</p>"
)
LEFT_PROXY_PAGE = (
    "<!doctype html><title>Signed out</title><p>You are signed out here. The proxy in front of this UI signs you in "
    'again with the next page, until you sign out there too.</p><p><a href="/">Back</a></p>'
)
#: Where it covers none of Dagster's own controls but the rim of the page.
_LINK = (
    f'<a href="{SIGN_OUT_PATH}" id="cloudcost-sign-out" style="position:fixed;right:8px;bottom:4px;z-index:20;'
    'font:12px sans-serif;color:#5f6b7c;background:#fff;padding:0 6px;border-radius:4px;opacity:.85">Sign out</a>'
)


def write_sign_out_page(person: str) -> str:
    """The page with the button that ends the session."""
    return (
        "<!doctype html><title>Sign out</title>"
        # with the `no-referrer` of the other pages, a form's Origin would be `null`
        '<meta name="referrer" content="same-origin">'
        f"<p>You are signed in as {escape(person)}.</p>"
        f'<form method="post" action="{SIGN_OUT_PATH}"><button>Sign out</button></form>'
        '<p><a href="/">Back</a></p>'
    )


async def show_with_link(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Dagster's answer to a request; its pages get a link to signing out, everything else is passed on as it is."""
    held: list[Message] = []

    async def pass_on(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            held.append(message)
        elif held and message["type"] == "http.response.body":
            held.append(message)
            if not message.get("more_body", False):
                await _send_page(held, send)
                held.clear()
        else:
            await send(message)

    await app(scope, receive, pass_on)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start.get("headers", []))
    is_html = headers.get("content-type", "").startswith("text/html")
    return is_html and "content-encoding" not in headers and start["status"] == 200


async def _send_page(held: list[Message], send: Send) -> None:
    start, *parts = held
    body = b"".join(part.get("body", b"") for part in parts).replace(b"</body>", _LINK.encode() + b"</body>", 1)
    headers = MutableHeaders(raw=list(start["headers"]))
    if "content-length" in headers:
        headers["content-length"] = str(len(body))
    await send({**start, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})
