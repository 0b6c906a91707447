"""`cloudcost login`, `logout`, `whoami`, and passwords: who one is at an API, and who may sign in here."""

import sys
import time
from typing import TYPE_CHECKING

from cli.failures import UsageError
from cli.sign_in.remote import ApiClient, Login, LoginError, forget_login, read_login, write_login

if TYPE_CHECKING:
    from cloudcost.installation import Installation

CLIENT = "cloudcost-cli"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def log_in(url: str) -> None:
    """Sign this terminal in at the API of an address: a person lets it in on a page, with the code that is shown."""
    api = ApiClient(url)
    codes = api.post_form("/oauth/device_authorization", {"client_id": CLIENT})
    print(f"Open {codes['verification_uri_complete']}\nand sign in. The code there must be {codes['user_code']}")
    print("Waiting …", flush=True)
    wait, give_up_at = float(codes["interval"]), time.monotonic() + float(codes["expires_in"])
    form = {"grant_type": DEVICE_GRANT, "client_id": CLIENT, "device_code": codes["device_code"]}
    while time.monotonic() < give_up_at:
        time.sleep(wait)
        status, found = api.try_form("/oauth/token", form)
        if status == 200:
            login = Login.of(api.url, found)
            write_login(login)
            print(f"Signed in at {api.url} as {api.with_login(login).get('/v1/me')['person']['name']}.")
            return
        if found.get("error") == "slow_down":
            wait += 5
        elif found.get("error") != "authorization_pending":
            raise LoginError(f"nobody was signed in: {found.get('error_description') or found.get('error')}")
    raise LoginError("nobody was signed in: the code has ended; begin again")


def log_out(everywhere: bool) -> None:
    """End the sign-in of this terminal, at the API too; with ``everywhere`` every sign-in of the person."""
    login = read_login()
    if login is None:
        print("Nobody is signed in.")
        return
    api = ApiClient(login.url).with_login(login)
    try:
        if everywhere:
            api.post("/v1/me/sign-out", {"everywhere": True})
        else:
            api.post_form("/oauth/revoke", {"token": login.refresh_token})
    except LoginError as error:
        if everywhere:
            raise
        print(f"note: the API was not told: {error}", file=sys.stderr)
    forget_login()
    print(f"Signed out at {login.url}.")


def show_me() -> None:
    """Who one is at the API that one is signed in to."""
    login = read_login()
    if login is None:
        raise UsageError("nobody is signed in: `cloudcost login`")
    me = ApiClient(login.url).with_login(login).get("/v1/me")
    print(f"person   {me['person']['name']}\nat       {login.url}\naccount  {me['account']}")
    print(f"roles    {', '.join(me['person']['roles']) or 'none'}\nmay      {', '.join(me['allowed']) or 'nothing'}")


def set_password(installation: "Installation", name: str, actor: str) -> None:
    """Make one's own password, shown this once, or a link by which somebody else sets theirs.

    For oneself, and for whoever manages people.
    """
    from urllib.parse import urlencode

    from api.sign_in.desk import make_doors
    from cloudcost.actors import find_actor, find_allowed
    from cloudcost.identity.directory import NoSuchPersonError
    from core.persons import normalise_person

    own = find_actor(installation, actor)
    wanted = normalise_person(name) if name.strip() else own
    if wanted != own:
        find_allowed(installation, actor, "manage_people")
    person = installation.directory.find(wanted)
    if person is None:
        raise NoSuchPersonError(f"there is nobody called {wanted!r}; `cloudcost people add` adds people")
    doors = make_doors(installation)
    if not doors.is_local_enabled:
        raise UsageError("passwords are not used here: `identity.local.enabled` is false")
    accounts = doors.local.accounts
    if wanted == own:
        print(f"{wanted}: signed out everywhere. New password, shown this once: {accounts.reset_password(own, own)}")
        return
    made = accounts.invite(own, person)
    query = urlencode({"name": made.person, "invitation": made.token})
    print(f"{made.person} sets a password here, once, until {made.ends_at:%Y-%m-%d %H:%M} UTC:")
    print(f"{installation.config.api.address}/oauth/password?{query}")
