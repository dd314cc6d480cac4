"""All settings, read from the environment in this file only. The README lists the variables."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from studio import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DEBUG = env.boolean("DEBUG")
PUBLIC_URL = env.origin("PUBLIC_URL", "http://127.0.0.1:8000")
HTTPS = PUBLIC_URL.startswith("https://")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
PUBLIC_ON_LOOPBACK = PUBLIC_HOST in ("127.0.0.1", "localhost", "::1")

# -- The database ---------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'studio.sqlite3'}")
DATABASE = env.database("DATABASE_URL", DATABASE_URL)
ON_SQLITE = DATABASE["ENGINE"].endswith("sqlite3")
if ON_SQLITE:
    DATABASE["OPTIONS"] = {
        # DEFERRED transactions that read first and write later fail at once with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # A file, not memory: tests with real threads and real processes share it.
    DATABASE["TEST"] = {"NAME": f"{DATABASE['NAME']}.test"}
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A generated key on one machine would not open the sessions made on another.
if not ON_SQLITE and not env.text("SECRET_KEY") and not PUBLIC_ON_LOOPBACK:
    env.refuse(
        "SECRET_KEY", "is missing; with a database that other machines share every one needs the same."
    )
SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "secret_key")

# -- The application ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "studio",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_q",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "studio.middleware.request_id",
    "accounts.origin.middleware",
    "accounts.patience.middleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "studio.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.middleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.middleware.address_stays",
    # Before SignedInFirst, so that it sees that one's redirect and can turn it for htmx.
    "studio.middleware.sign_in_on_a_full_page",
    "studio.middleware.SignedInFirst",
    "studio.middleware.LocalTime",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"
# How many proxies stand in front, each of which adds whom it serves to X-Forwarded-For. One too many, and
# anybody may write any address there.
PROXIES = env.count("PROXIES", most=9)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if PUBLIC_ON_LOOPBACK else [PUBLIC_HOST]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "studio.views.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.views.shell.context",
            ],
            "builtins": ["studio.templatetags.figures"],
        },
    },
]

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# No MEDIA_URL: media leave only through a view that checks who asks.
MEDIA_ROOT = Path(env.text("MEDIA_DIR", str(VAR_DIR / "media"))).resolve()
# Where nginx finds MEDIA_DIR as an internal location; empty: the studio sends the bytes itself.
X_ACCEL_PREFIX = env.path_prefix("X_ACCEL_PREFIX")
# A bucket of S3-compatible storage instead, as django-storages' options; empty: media lie in MEDIA_DIR.
S3 = env.bucket()
# Browsers fetch the bytes there, at a signed address that is made for each request; off: they come from us.
S3_REDIRECT = bool(S3) and env.redirect("S3_REDIRECT", S3["endpoint_url"], PUBLIC_URL)
S3_ORIGIN = env.origin_of(S3) if S3_REDIRECT else ""
if S3 and X_ACCEL_PREFIX:
    env.refuse("X_ACCEL_PREFIX", "lets nginx send what lies in MEDIA_DIR, but S3_BUCKET is set; unset one.")

# -- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedSignUp"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.OtherPasswordForm",
}
ACCOUNT_RATE_LIMITS = False  # counted in each process for itself; accounts.services.throttles counts for all
MFA_ADAPTER = "accounts.mfa.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # half a minute, by which a phone's clock may be wrong
OIDC = env.oidc()  # the team's own server, if it has one: lets in whom the team has invited already
SOCIALACCOUNT_ADAPTER = "accounts.oidc.InvitedOnly"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead elsewhere, says our own policy
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC] if OIDC else []}}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a new password, or a second factor that comes or goes
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Studio: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_SESSION_REMEMBER = True

DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Studio <studio@localhost>")
EMAIL_TIMEOUT = 10
if SMTP_URL := env.text("SMTP_URL"):
    _smtp = urlsplit(env.url("SMTP_URL", "smtp://user:password@host:587", ("smtp", "smtps")))
    EMAIL_HOST = _smtp.hostname
    EMAIL_PORT = _smtp.port or (465 if _smtp.scheme == "smtps" else 587)
    EMAIL_HOST_USER = unquote(_smtp.username or "")  # most are e-mail addresses, whose @ is written %40
    EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
    EMAIL_USE_SSL = _smtp.scheme == "smtps"
    EMAIL_USE_TLS = _smtp.scheme == "smtp" and bool(_smtp.username)
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# -- Security -------------------------------------------------------------------------------------

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "studio_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_NOT_USED_BY = ("live",)  # open pages ask there by themselves
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "studio_csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; the port behind it speaks plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# W008 asks for that redirect; W021 for the browsers' preload list, which is the domain owner's to join.
SILENCED_SYSTEM_CHECKS = ["security.W008", "security.W021"]
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# "no-referrer" makes Chromium send "Origin: null", which CSRF protection refuses at sign-in.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, *filter(None, [S3_ORIGIN])],
        "media-src": [SELF, *filter(None, [S3_ORIGIN])],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
# A bucket does not say that others may embed its files, which the stricter one would ask for.
EMBEDDER_POLICY = "credentialless" if S3_ORIGIN else "require-corp"
# A pasted lyric may be long; the form says how long it may be, so it has to get that far.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_100  # a form may name 10,000 songs
# Recordings that people bring. A provider has its address for as long as it may take to fetch it.
FILE_UPLOAD_HANDLERS = ["studio.views.receiving.ToDisk"]
UPLOAD_MAX_BYTES = 100_000_000
UPLOAD_MAX_SECONDS = 3600
LYRICS_MAX_BYTES = 200_000  # of a file with words
PICTURE_MAX_BYTES = 5_000_000  # of a person
UPLOAD_ADDRESS_SECONDS = 2 * 3600
# Files from people's disks, which come in parts and go straight into the library.
IMPORT_MAX_BYTES = 500_000_000
IMPORT_MAX_SECONDS = 2 * 3600
IMPORT_PART_BYTES = 4 * 1024 * 1024

# -- Providers ------------------------------------------------------------------------------------

env.overrides("PROVIDERS_FILE")  # prices, models and limits of the team's own
SANDBOX_URL = env.url("SANDBOX_URL", "http://127.0.0.1:8100")
SANDBOX_KEY = env.key("SANDBOX_KEY") or env.secret("SANDBOX_KEY", VAR_DIR / "sandbox_key")
SANDBOX_DIR = MEDIA_ROOT.parent / "sandbox"

# name -> (base URL, key) of every provider that is switched on.
HOSTED = {
    "aimusicapi": (env.url("AIMUSICAPI_URL", "https://api.aimusicapi.ai"), env.key("AIMUSICAPI_KEY")),
    "musicapi": (env.url("MUSICAPI_URL", "https://api.musicapi.ai"), env.key("MUSICAPI_KEY")),
    "useapi": (env.url("USEAPI_URL", "https://api.useapi.net"), env.key("USEAPI_TOKEN")),
}
PROVIDERS: dict[str, tuple[str, str]] = {name: (url, key) for name, (url, key) in HOSTED.items() if key}
# The sandbox stands in where no key of a composer is set, and is there beside them when asked for.
if not PROVIDERS.keys() - {"useapi"} or env.text("SANDBOX_URL"):
    PROVIDERS["sandbox"] = (SANDBOX_URL, SANDBOX_KEY)

WEBHOOKS = env.choice("WEBHOOKS", "auto", ("auto", "on", "off"))
POLL_SECONDS = env.seconds("POLL_SECONDS", 5)
MEDIA_HOSTS = env.words("MEDIA_HOSTS", ())  # empty: the hosts that each provider's data names

# -- Jobs -----------------------------------------------------------------------------------------

Q_CLUSTER = {
    "name": "studio",
    "orm": "default",  # the ORM broker redelivers after a kill, and enqueues inside our transactions
    "workers": 4,
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.1,
    "timeout": 60,
    "retry": 120,  # exceeds the timeout; copies may take longer, and their claims bear a second run
    "max_attempts": 1,
    "ack_failures": True,  # our rows decide what is tried again, not the queue
    "catch_up": False,
    "save_limit": -1,  # keeping results costs a factor of ten
    "scheduler": True,  # only rings for the sweep, which rings for everything else
    "label": "Jobs",
}

# -- The log --------------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", "line", ("line", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # Both take secrets out of every line, and keep each on one line.
    "formatters": {"line": {"()": "studio.logs.Line"}, "json": {"()": "studio.logs.Json"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Without Django's own handlers, which know nothing of that.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django-q": {"level": "WARNING"},
        # 403 and 404 are everyday answers; Django logs them with a traceback.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
