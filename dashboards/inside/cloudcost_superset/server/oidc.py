"""Signing in through OpenID Connect: who somebody is, the provider states; what they may see, `people.json`."""

from typing import Any

from flask import current_app

from cloudcost_superset.people import find_address
from cloudcost_superset.server.following import FOLLOWER
from cloudcost_superset.server.security import CloudcostSecurityManager


class OidcSecurityManager(CloudcostSecurityManager):
    """Superset's security manager with one generic OpenID Connect provider."""

    def oauth_user_info(self, provider: str, response: Any = None) -> dict[str, Any]:
        """Name, address and role keys of the person. An address that the provider did not verify counts as none."""
        remote = self.appbuilder.sm.oauth_remotes[provider]
        claims = response.get("userinfo") or remote.userinfo(token=response)
        email = find_address(claims)
        if not email:
            return {}
        with current_app.app_context():
            groups = claims.get(current_app.config["OIDC_GROUPS_CLAIM"]) or []
        # what the directory says of a person is stronger than any group, also that they may nothing
        is_listed = email in FOLLOWER.people.lines
        keys = [f"mail:{email}"] if is_listed else [f"group:{group}" for group in groups]
        return {
            "username": email,
            "email": email,
            "first_name": claims.get("given_name") or email.partition("@")[0],
            "last_name": claims.get("family_name") or "",
            "role_keys": [key for key in keys if key in self.auth_roles_mapping],
        }

    def auth_user_oauth(self, userinfo: dict[str, Any]) -> Any:
        """Somebody whom neither `people.json` nor a group's role lets in is refused, also if they were known before."""
        if not userinfo.get("role_keys") or not FOLLOWER.lets_in(userinfo["email"]):
            return None
        return super().auth_user_oauth(userinfo)
