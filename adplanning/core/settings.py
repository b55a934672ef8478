"""What a deployment may set: environment variables that begin with ADPLANNING_, or a `.env` file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adplanning.core.errors import InvalidData
from adplanning.core.money import known_currency
from adplanning.core.vocabulary import DirectCredit, PublicRevenue

MIN_PASSWORD_LENGTH = 8
SECRETS_DIR = "ADPLANNING_SECRETS_DIR"


# Of one machine's own making: elsewhere they mean another zone or none.
_NO_PLACES = {"Factory", "localtime"}


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones() - _NO_PLACES)


def known_zone(name: str) -> str:
    """Answer the name of a time zone, or refuse it.

    >>> known_zone("Asia/Kolkata")
    'Asia/Kolkata'
    >>> known_zone("India")
    Traceback (most recent call last):
    ValueError: is not a time zone; use a name such as Asia/Kolkata or UTC
    """
    if name not in time_zones():
        raise ValueError("is not a time zone; use a name such as Asia/Kolkata or UTC")
    return name


def _long_enough(password: SecretStr) -> SecretStr:
    if len(password.get_secret_value()) < MIN_PASSWORD_LENGTH:
        raise ValueError(f"is shorter than {MIN_PASSWORD_LENGTH} characters; choose a longer password")
    return password


def _networks(text: str) -> str:
    for part in _by_commas(text):
        try:
            ip_network(part)
        except ValueError as fault:
            raise ValueError(f"{part!r} is no address or network; write 203.0.113.7 or 198.51.100.0/24") from fault
    return text


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.scheme not in (("https", "http") if is_local else ("https",)):
        raise ValueError("is no https:// address; a token is only sent over TLS (http:// to this machine alone)")
    return url.rstrip("/")


def _own_service(url: str) -> str:
    return _base_url(url) if url else url


def _secret_service(url: SecretStr) -> SecretStr:
    return SecretStr(_base_url(url.get_secret_value()))


def _mail_server(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("is no mail server; write smtp://user:password@host:587 or smtps://user:password@host:465")
    return url


def _by_commas(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())


def _in_capitals(name: object) -> object:
    return name.upper() if isinstance(name, str) else name


class Settings(BaseSettings):
    """All settings with their defaults; secrets are masked wherever they are shown.

    A secret may stand in a file of its variable's name in the folder that `SECRETS_DIR` names, where no environment
    shows it.
    """

    model_config = SettingsConfigDict(env_prefix="ADPLANNING_", env_file=".env", extra="ignore")

    home: Path = Field(Path("data"), description="folder of the embedded database and of executed notebooks")
    database_url: SecretStr | None = Field(None, description="SQLAlchemy URL; SQLite in the home folder when not given")
    admin_key: Annotated[SecretStr, Field(min_length=16)] | None = Field(None, description="accepted as an admin key")
    currency: Annotated[str, AfterValidator(known_currency)] = Field("INR", description="reporting currency")
    timezone: Annotated[str, AfterValidator(known_zone)] = Field("UTC", description="reporting time zone")
    public_revenue: PublicRevenue = Field(
        PublicRevenue.counted, description="whether purchases claimed by a browser count before the shop confirms them"
    )
    rate_limit_visitor: int = Field(60, ge=0, description="public events a minute per visitor; 0 switches it off")
    rate_limit_address: int = Field(600, ge=0, description="public events a minute per address; 0 switches it off")
    max_event_bytes: int = Field(64_000, ge=1000, description="one public event")
    max_metadata_bytes: int = Field(8_000, ge=100, description="metadata of one event")
    max_batch_events: int = Field(500, ge=1, description="events in one public batch")
    max_batch_bytes: int = Field(1_000_000, ge=1000, description="body of one public batch")
    max_body_bytes: int = Field(5_000_000, ge=1000, description="any other body")
    trusted_proxies: Annotated[str, Field(description="addresses whose X-Forwarded-For is believed, by commas")] = ""
    internal_networks: Annotated[
        str, AfterValidator(_networks), Field(description="addresses whose visits are the shop's own, by commas (CIDR)")
    ] = ""
    passed_through: Annotated[
        str, Field(description="further domains that never count as a referrer: payment pages, log-ins, by commas")
    ] = ""
    direct_credit: DirectCredit = Field(
        DirectCredit.only_alone, description="whether a direct visit earns credit beside others: only_alone or always"
    )
    match_cutoff: float = Field(0.88, ge=0.5, le=1, description="likeness below which no campaign name is proposed")
    match_margin: float = Field(0.05, ge=0, le=1, description="by which the likeliest name must lead the second")
    dashboard_password: Annotated[SecretStr, AfterValidator(_long_enough)] | None = Field(
        None, description="the password of the user admin; made up and printed at the first start when not given"
    )
    allowed_hosts: Annotated[
        str, Field(description="names under which browsers reach the dashboards, by commas, beside localhost and IPs")
    ] = ""
    max_kernels: int = Field(12, ge=1, description="dashboards that may be open at once")
    kernel_pool: int = Field(2, ge=1, description="kernels kept warm for the next dashboard")
    kernel_idle_s: int = Field(120, ge=10, description="seconds after which the kernel of a closed dashboard ends")
    meta_access_token: SecretStr | None = Field(None, description="of a system user of Meta's; without it files only")
    meta_app_secret: SecretStr | None = Field(
        None, description="of the app at Meta: proves calls, checks notifications"
    )
    meta_verify_token: SecretStr | None = Field(None, description="what Meta sends when the lead webhook is set up")
    meta_ad_accounts: Annotated[str, Field(description="ad accounts to synchronise, by commas; all when empty")] = ""
    meta_page_ids: Annotated[str, Field(description="pages to synchronise, by commas; all when empty")] = ""
    meta_api_version: str = Field("v26.0", pattern=r"^v\d{1,3}\.\d$", description="version of Meta's Graph API")
    meta_base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "https://graph.facebook.com", description="where the Graph API is"
    )
    sentiment_url: Annotated[str, AfterValidator(_own_service)] = Field(
        "", description="address of an own analyser of sentiment, asked before the built-in one; off when empty"
    )
    sentiment_token: SecretStr | None = Field(None, description="Bearer token of the own analyser")
    sentiment_timeout_s: float = Field(5, gt=0, le=60, description="seconds the own analyser has for one answer")
    public_url: Annotated[str, AfterValidator(_own_service)] = Field(
        "", description="address under which browsers reach the dashboards, for links in messages"
    )
    notify_webhook_url: Annotated[SecretStr, AfterValidator(_secret_service)] | None = Field(
        None, description="address that is told of failed runs and of alerts, as JSON; it may hold a secret"
    )
    notify_email: Annotated[
        str, Field(description="addresses that are told of failed runs and of alerts, by commas")
    ] = ""
    smtp_url: Annotated[SecretStr, AfterValidator(_mail_server)] | None = Field(
        None, description="mail server: smtp://user:password@host:587 (STARTTLS) or smtps://…:465"
    )
    smtp_from: Annotated[str, Field(description="sender of e-mails; the user of the mail server when empty")] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_in_capitals)] = Field(
        "INFO", description="how much is logged"
    )

    _start: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def choosing(self, chosen: Mapping[str, str]) -> Settings:
        """A copy in which a currency or time zone that was chosen goes before the environment's; all else is as it was.

        >>> changed = Settings(currency="INR").choosing({"currency": "USD"})
        >>> changed.currency, changed.start_currency
        ('USD', 'INR')
        """
        start = {"currency": self.start_currency, "timezone": self.start_timezone}
        changed = self.model_copy(update=start | dict(chosen))
        changed._start = start
        return changed

    @property
    def start_currency(self) -> str:
        """The environment's currency: that of an amount which comes from outside and names none.

        A shop that never said its currency goes on to mean the same one, whatever is reported in.
        """
        return self._start.get("currency", self.currency)

    @property
    def start_timezone(self) -> str:
        """The environment's time zone: that of a time which comes from outside and names none."""
        return self._start.get("timezone", self.timezone)

    @property
    def start_zone(self) -> ZoneInfo:
        """The same as a zone."""
        return ZoneInfo(self.start_timezone)

    @property
    def zone(self) -> ZoneInfo:
        """The reporting time zone."""
        return ZoneInfo(self.timezone)

    @property
    def proxy_addresses(self) -> frozenset[str]:
        """The addresses of trusted proxies, one by one."""
        return _by_commas(self.trusted_proxies)

    @property
    def own_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of the shop itself, one by one."""
        return tuple(ip_network(part) for part in sorted(_by_commas(self.internal_networks)))

    @property
    def passed_domains(self) -> frozenset[str]:
        """The further domains that never count as a referrer, one by one."""
        return _by_commas(self.passed_through)

    @property
    def host_names(self) -> frozenset[str]:
        """The names under which the dashboards are reached, one by one, in lower case."""
        return _by_commas(self.allowed_hosts)

    @property
    def ad_accounts(self) -> frozenset[str]:
        """The ad accounts to synchronise, each without `act_`; none is all that the token reaches."""
        return frozenset(part.removeprefix("act_") for part in _by_commas(self.meta_ad_accounts))

    @property
    def page_ids(self) -> frozenset[str]:
        """The pages to synchronise; none is all that the token reaches."""
        return _by_commas(self.meta_page_ids)

    @property
    def url(self) -> str:
        """The database URL in use."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{quote(str((self.home / 'adplanning.db').absolute()))}"

    @property
    def runs_folder(self) -> Path:
        """Where executed notebooks are kept."""
        return self.home / "runs"


def load_settings() -> Settings:
    """Read the settings.

    Raises
    ------
    InvalidData : naming the variable and what is allowed, never the value of a secret.
    """
    try:
        return Settings(_secrets_dir=os.environ.get(SECRETS_DIR) or None)
    except ValidationError as fault:
        issues = [(f"ADPLANNING_{'_'.join(map(str, e['loc'])).upper()}", e["msg"]) for e in fault.errors()]
        raise InvalidData("; ".join(f"{path}: {message}" for path, message in issues), issues) from None
