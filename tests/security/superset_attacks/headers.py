"""Where answers lead, and which hosts they name."""

from typing import Any

from attacked import PASSWORD, attack, client, sign_in

PAGES = (
    "/login/", "/", "/superset/welcome/", "/dashboard/list/", "/health", "/nowhere", "/api/v1/nowhere", "/api/v1/me/",
    "/static/assets/images/favicon.png", "/embedded/7f0b1f3e-6d5f-4c8e-9d57-0f2f2d0f7a11", "/logout/",
    "/superset/dashboard/nothing/", "/login/?next=//evil.example/", "/api/v1/chart/data", "/swagger/v1",
)  # fmt: skip


#: Whose page asks: somebody's, none that is said, and one that Superset itself lets maps come from.
ORIGINS = ("https://evil.example", None, "https://tile.openstreetmap.org")


@attack
def look_for_other_hosts() -> dict[str, dict[str, str]]:
    """Every header of pages of all kinds, for somebody who is signed in and somebody who is not."""
    inside = client()
    sign_in(inside, "admin")
    found = {}
    for visitor in (client(), inside):
        for page in PAGES:
            for origin in ORIGINS:
                headers = {"Origin": origin, "Referer": f"{origin}/x"} if origin else {}
                for method in ("GET", "OPTIONS") if origin == ORIGINS[-1] else ("GET",):
                    answer = visitor.open(page, method=method, headers=headers)
                    found[f"{method} {page} {visitor is inside} {origin}"] = {
                        **dict(answer.headers), "(cookies)": str(answer.headers.getlist("Set-Cookie"))
                    }  # fmt: skip
                    if page == "/logout/":
                        sign_in(inside, "admin")
    return found


NEXT = (
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "https:/evil.example", "/%09/evil.example", "/\t/evil.example", "javascript:alert(1)",
    "https://localhost@evil.example/", " https://evil.example", "\x00//evil.example", "/login/?next=//evil.example",
)  # fmt: skip


@attack
def be_sent_elsewhere() -> dict[str, list[str | None]]:
    found = {}
    for number, target in enumerate(NEXT):
        visitor = client(f"10.8.0.{number % 2 + 1}")
        first = visitor.post("/login/", data={"username": "admin", "password": PASSWORD}, query_string={"next": target})
        second = visitor.get("/login/", query_string={"next": target})
        found[target] = [first.headers.get("Location"), second.headers.get("Location")]
    return found


HOSTS = (
    "evil.example", "evil.example:8088", "127.0.0.1:9999", "127.0.0.1:8088.evil.example", "localhost.evil.example",
    "127.0.0.1:8088@evil.example", "evil.example, 127.0.0.1:8088", "",
)  # fmt: skip


@attack
def forge_the_host() -> dict[str, Any]:
    found = {}
    for host in HOSTS:
        for page in ("/login/", "/", "/nowhere", "/api/v1/me/"):
            answer = client().get(page, headers={"Host": host}, base_url="http://127.0.0.1:8088")
            says = "evil" in str(answer.headers) or "evil" in answer.get_data(as_text=True)
            found[f"{host} {page}"] = [answer.status_code, says]
    return found


@attack
def come_by_an_own_name() -> dict[str, int]:
    hosts = ("127.0.0.1:8088", "localhost:8088", "LOCALHOST:8088", "[::1]:8088", "costs.example.com")
    return {host: client().get("/login/", headers={"Host": host}).status_code for host in hosts}


@attack
def be_sent_to_the_forged_host() -> str | None:
    """The address to go to next counts as safe where it is at the host that the request names."""
    data = {"username": "admin", "password": PASSWORD}
    answer = client().post(
        "/login/", data=data, query_string={"next": "http://evil.example/"}, headers={"Host": "evil.example"}
    )
    location: str | None = answer.headers.get("Location")
    return location
