"""Signing in through OpenID Connect: who somebody is, the provider states; what they may see, the configuration."""

from typing import Any

from flask import current_app

from cloudcost_superset.server.security import CloudcostSecurityManager


class OidcSecurityManager(CloudcostSecurityManager):
    """Superset's security manager with one generic OpenID Connect provider."""

    def oauth_user_info(self, provider: str, response: Any = None) -> dict[str, Any]:
        """Name, address and role keys of the person. An address that the provider did not verify counts as none."""
        remote = self.appbuilder.sm.oauth_remotes[provider]
        claims = response.get("userinfo") or remote.userinfo(token=response)
        email = str(claims.get("email", "")).lower()
        if not email or claims.get("email_verified") is False:
            return {}
        with current_app.app_context():
            groups = claims.get(current_app.config["OIDC_GROUPS_CLAIM"]) or []
        keys = [f"mail:{email}", *(f"group:{group}" for group in groups)]
        known = [key for key in keys if key in current_app.config["AUTH_ROLES_MAPPING"]]
        return {
            "username": email,
            "email": email,
            "first_name": claims.get("given_name") or email.partition("@")[0],
            "last_name": claims.get("family_name") or "",
            # the configuration's own line about a person is stronger than any group
            "role_keys": known[:1] if known and known[0].startswith("mail:") else known,
        }

    def auth_user_oauth(self, userinfo: dict[str, Any]) -> Any:
        """Somebody whom neither `people` nor a group's role knows is refused, also if they were known before."""
        if not userinfo.get("role_keys"):
            return None
        return super().auth_user_oauth(userinfo)
