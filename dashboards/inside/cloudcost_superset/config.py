"""Superset's configuration: SUPERSET_CONFIG_PATH names this file.

What an installation decides stands in `settings.json`, and who may sign in in `people.json`, both below
CLOUDCOST_DASHBOARDS_HOME and written by `dashboards.serve`; secrets come from files of mode 0600 there or from the
environment.
"""

import functools
import json
import os
from pathlib import Path

from celery.schedules import crontab
from superset.tasks.types import ExecutorType

from cloudcost_superset.answers import caches
from cloudcost_superset.application import adapt_application
from cloudcost_superset.audit import AuditLog
from cloudcost_superset.reports import name_attachments
from cloudcost_superset.rows.deadline import DEADLINE
from cloudcost_superset.server.connections import open_served
from cloudcost_superset.server.following import map_present_roles
from cloudcost_superset.server.guests import guards_every_row
from cloudcost_superset.server.security import CloudcostSecurityManager

HOME = Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"])
SETTINGS = json.loads((HOME / "settings.json").read_text())
REDIS_URL = os.environ.get("SUPERSET_REDIS_URL")

# who it is
APP_NAME = "cloudcost"
SECRET_KEY = (HOME / "secret_key").read_text().strip()
GUEST_TOKEN_JWT_SECRET = (HOME / "guest_secret").read_text().strip()
SQLALCHEMY_DATABASE_URI = os.environ.get("SUPERSET_METADATA_URI", f"sqlite:///{HOME / 'superset.db'}")
SQLALCHEMY_EXAMPLES_URI = None
WTF_CSRF_ENABLED = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SETTINGS["address"].startswith("https://")
FAB_API_SWAGGER_UI = False
ENABLE_PROXY_FIX = bool(SETTINGS["is_proxied"])
# where links lead is not for a header to say that proxies hand on as it came
PROXY_FIX_CONFIG = {"x_for": 1, "x_proto": 1, "x_host": 1, "x_port": 0, "x_prefix": 0}

# no other site is answered; Superset would name the two that its maps may come from, in every answer
ENABLE_CORS = False

FEATURE_FLAGS = {
    "ALERT_REPORTS": bool(REDIS_URL),
    "DASHBOARD_RBAC": True,
    "EMBEDDED_SUPERSET": bool(SETTINGS["embed_origins"]),
    "DRILL_BY": True,
    "DRILL_TO_DETAIL": True,
    # row-level security holds in SQL Lab too, whoever is given it
    "RLS_IN_SQLLAB": True,
}

# the warehouse: read only, no file of the machine, and always the copy that was published last
PREVENT_UNSAFE_DB_CONNECTIONS = True
DB_CONNECTION_MUTATOR = open_served
DATASET_IMPORT_ALLOWED_DATA_URLS: list[str] = []
SQLLAB_CTAS_NO_LIMIT = False
ROW_LIMIT = 10_000
# of tables that are read page by page, too
SQL_MAX_ROW = TABLE_VIZ_MAX_ROW_SERVER = 100_000
# an export in pieces would go on after the checks of who asks have ended
CSV_STREAMING_ROW_THRESHOLD = 2**31
SUPERSET_WEBSERVER_TIMEOUT = 60
DEADLINE.seconds = SETTINGS["statement_seconds"]

# answers are kept until the next warehouse is published
_cache = {"CACHE_DEFAULT_TIMEOUT": SETTINGS["cache_seconds"], "CACHE_THRESHOLD": 20_000}
if REDIS_URL:
    DATA_CACHE_CONFIG = {
        **_cache,
        "CACHE_TYPE": f"{caches.__name__}.make_redis_cache",
        "CACHE_REDIS_URL": f"{REDIS_URL}/1",
        "CACHE_KEY_PREFIX": "data_",
    }
    RATELIMIT_STORAGE_URI = f"{REDIS_URL}/2"
else:
    DATA_CACHE_CONFIG = {
        **_cache,
        "CACHE_TYPE": f"{caches.__name__}.make_file_cache",
        "CACHE_DIR": str(HOME / "cache" / "data"),
    }
    RATELIMIT_STORAGE_URI = "memory://"
CACHE_CONFIG = {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(HOME / "cache" / "pages"),
                "CACHE_DEFAULT_TIMEOUT": 300, "CACHE_THRESHOLD": 5_000, "CACHE_KEY_PREFIX": "page_"}  # fmt: skip

# people; attempts to sign in are counted by `server.limits`
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "100 per second"
AUTH_RATE_LIMITED = False
FLASK_APP_MUTATOR = adapt_application
GUEST_ROLE_NAME = "cloudcost_guest"
GUEST_TOKEN_JWT_EXP_SECONDS = 600
GUEST_TOKEN_VALIDATOR_HOOK = guards_every_row
PUBLIC_ROLE_LIKE = None
CUSTOM_SECURITY_MANAGER: type[CloudcostSecurityManager] = CloudcostSecurityManager
EVENT_LOGGER = AuditLog()
if SETTINGS["oidc"]:
    from flask_appbuilder.security.manager import AUTH_OAUTH

    from cloudcost_superset.server.oidc import OidcSecurityManager

    AUTH_TYPE = AUTH_OAUTH
    AUTH_USER_REGISTRATION = True
    AUTH_USER_REGISTRATION_ROLE = "cloudcost_none"
    AUTH_ROLES_SYNC_AT_LOGIN = True
    AUTH_ROLES_MAPPING = functools.partial(map_present_roles, SETTINGS)  # called at every sign-in
    OIDC_GROUPS_CLAIM = SETTINGS["oidc"]["groups_claim"]
    CUSTOM_SECURITY_MANAGER = OidcSecurityManager
    OAUTH_PROVIDERS = [
        {
            "name": "oidc",
            "icon": "fa-key",
            "token_key": "access_token",
            "remote_app": {
                "client_id": os.environ[SETTINGS["oidc"]["client_id_env"]],
                "client_secret": os.environ[SETTINGS["oidc"]["client_secret_env"]],
                "server_metadata_url": SETTINGS["oidc"]["discovery_url"],
                "client_kwargs": {"scope": "openid email profile groups"},
            },
        }
    ]

# Okabe and Ito's colours, which colour-blind people tell apart
EXTRA_CATEGORICAL_COLOR_SCHEMES = [
    {
        "id": "cloudcost",
        "label": "cloudcost",
        "description": "Eight colours that colour-blind people tell apart (Okabe and Ito)",
        "isDefault": True,
        "colors": ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F"],
    }
]

# pages ask no foreign host for anything
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "font-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
        "frame-ancestors": ["'self'", *SETTINGS["embed_origins"]],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": SESSION_COOKIE_SECURE,
    "frame_options": None,
}

# scheduled reports
WEBDRIVER_BASEURL = WEBDRIVER_BASEURL_USER_FRIENDLY = f"{SETTINGS['address']}/"
WEBDRIVER_TYPE = "chrome"
WEBDRIVER_WINDOW = {"dashboard": (1600, 1600), "slice": (1200, 800), "pixel_density": 1}
WEBDRIVER_OPTION_ARGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
if SETTINGS["chromium"]:
    WEBDRIVER_CONFIGURATION = {
        "options": {"capabilities": {}, "preferences": {}, "binary_location": SETTINGS["chromium"]},
        "service": {"log_output": os.devnull, "service_args": [], "port": 0, "env": {},
                    "executable_path": SETTINGS["chromedriver"]},
    }  # fmt: skip
SCREENSHOT_LOCATE_WAIT, SCREENSHOT_LOAD_WAIT = 60, 120
# a report shows what the person may see to whom it belongs
ALERT_REPORTS_EXECUTORS = [ExecutorType.OWNER]
EMAIL_HEADER_MUTATOR = name_attachments
if SETTINGS["mail"]:
    _mail = SETTINGS["mail"]
    SMTP_HOST, SMTP_PORT, SMTP_MAIL_FROM = _mail["host"], _mail["port"], _mail["sender"]
    SMTP_STARTTLS, SMTP_SSL = _mail["security"] == "starttls", _mail["security"] == "ssl"
    SMTP_SSL_SERVER_AUTH = _mail["security"] != "none"
    SMTP_USER = os.environ[_mail["username_env"]] if _mail["username_env"] else ""
    SMTP_PASSWORD = os.environ[_mail["password_env"]] if _mail["password_env"] else ""
    EMAIL_REPORTS_SUBJECT_PREFIX = "[cloudcost]"
    EMAIL_REPORTS_CTA = "Open the dashboards"
else:
    ALERT_REPORTS_NOTIFICATION_DRY_RUN = True


class CeleryConfig:
    """The worker and the clock of scheduled reports; without Redis there are none."""

    broker_url = f"{REDIS_URL}/0" if REDIS_URL else "memory://"
    result_backend = f"{REDIS_URL}/0" if REDIS_URL else "cache+memory://"
    imports = ("superset.sql_lab", "superset.tasks.scheduler", "superset.tasks.thumbnails", "superset.tasks.cache")
    worker_prefetch_multiplier = 1
    task_acks_late = False
    beat_schedule = {  # noqa: RUF012
        "reports.scheduler": {"task": "reports.scheduler", "schedule": crontab(minute="*", hour="*")},
        "reports.prune_log": {"task": "reports.prune_log", "schedule": crontab(minute=10, hour=0)},
    }


CELERY_CONFIG = CeleryConfig
