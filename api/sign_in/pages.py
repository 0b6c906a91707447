"""The few pages of signing in: plain HTML that loads nothing, runs nothing, and is kept by nobody."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#1b1f24}"
    "h1{font-size:1.3rem}label{display:block;margin:.8rem 0 .2rem}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem;border:1px solid #767d86;border-radius:4px}"
    "button{font:inherit;margin:1rem .5rem 0 0;padding:.4rem 1.2rem}"
    ".wrong{color:#a40e26}.note{color:#57606a}code{font-size:1.1rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def answer_page(title: str, body: str, status: int = 200, form_targets: Sequence[str] = ()) -> HTMLResponse:
    """A page. ``form_targets``: other origins to which a browser may be sent on after a form."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    targets = " ".join(["'self'", *form_targets])
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {targets}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # with `no-referrer` a form's Origin would be `null`
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return HTMLResponse(text, status, headers)


def answer_wrong(sentence: str, status: int = 400) -> HTMLResponse:
    """The page of a request that leads nowhere."""
    return answer_page("This does not work", f'<p class="wrong">{escape(sentence)}</p>', status)


def answer_done(title: str, sentence: str) -> HTMLResponse:
    """The last page."""
    return answer_page(title, f"<p>{escape(sentence)}</p>")


def write_sign_in(
    page: str,
    about: str,
    is_local: bool,
    providers: Sequence[str],
    wrong: str = "",
    user_code: str | None = None,
    name: str = "",
) -> str:
    """The form to sign in. ``about``: for what; ``user_code``: of a device that asks; ``name``: as typed before."""
    parts = [f"<p>{escape(about)}</p>"]
    if wrong:
        parts.append(f'<p class="wrong" role="alert">{escape(wrong)}</p>')
    parts += [
        f'<p><a href="/oauth/providers/{quote(name)}?{escape(urlencode({"page": page}))}">'
        f"Sign in with {escape(name)}</a></p>"
        for name in providers
    ]
    hidden = f'<input type="hidden" name="page" value="{escape(page)}">'
    if is_local:
        parts.append(
            f'<form method="post" action="/oauth/sign-in">{hidden}'
            '<label for="name">Name</label>'
            f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" required'
            f'{"" if name else " autofocus"}><label for="password">Password</label>'
            '<input id="password" name="password" type="password" autocomplete="current-password" required'
            f"{' autofocus' if name else ''}>"
            "<button>Sign in</button></form>"
        )
    if user_code is not None:
        parts.append(f'<form method="post" action="/oauth/refuse">{hidden}<button>I did not start this</button></form>')
    if not is_local and not providers:
        parts.append('<p class="wrong">Nobody can sign in here: `identity` in the configuration names no way.</p>')
    return "".join(parts)


def write_code_form(wrong: str = "") -> str:
    """The form that asks for the code that a device shows."""
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return (
        f"{said}<p>Type the code that `cloudcost login` shows. Type none that somebody sent you.</p>"
        '<form method="get" action="/oauth/device"><label for="user_code">Code</label>'
        '<input id="user_code" name="user_code" autocomplete="off" required autofocus><button>Go on</button></form>'
    )


def write_password_form(name: str, invitation: str, wrong: str = "") -> str:
    """The form by which somebody who was invited sets a password."""
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return (
        f'{said}<form method="post" action="/oauth/password">'
        f'<input type="hidden" name="invitation" value="{escape(invitation)}">'
        '<label for="name">Name</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" required>'
        '<label for="password">New password, at least 12 characters</label>'
        '<input id="password" name="password" type="password" autocomplete="new-password" required>'
        '<label for="again">Once more</label>'
        '<input id="again" name="again" type="password" autocomplete="new-password" required>'
        "<button>Set the password</button></form>"
    )
