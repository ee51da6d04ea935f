"""The configuration as types; its fields are the keys of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    Field,
    PrivateAttr,
    SerializeAsAny,
    model_validator,
)

from interlock.config.exposed import McpConfig
from interlock.config.files import matching
from interlock.config.section import Section, ServiceName, ToolName
from interlock.sdk.policies import Policies
from interlock.sdk.quantities import PerTime, Seconds, parse_rate
from interlock.sdk.service import Settings


class DaemonConfig(Section):
    """The process itself."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(7420, ge=0, le=65535, description="port to listen on; 0 for a free one")
    state_dir: str = Field(
        ".interlock", description="folder for everything durable, from the working directory"
    )
    grace: Seconds = Field(25.0, ge=0, description="how long work may take to end at shutdown")
    look: Seconds = Field(15.0, gt=0, description="how often alerts are looked at")
    watch: bool = Field(False, description="reload when a file of the configuration changes")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="the least severe lines that are logged"
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="of log lines; auto: text on a terminal, JSON lines otherwise"
    )


_DAY = 86400.0


class RetentionConfig(Section):
    """How long what is over is kept; null for ever."""

    succeeded: Seconds | None = Field(30 * _DAY, description="runs that succeeded")
    failed: Seconds | None = Field(
        90 * _DAY, description="runs that failed, were stopped or rolled back"
    )
    events: Seconds | None = Field(7 * _DAY, description="events that were delivered")
    dead_letters: Seconds | None = Field(None, description="what could not be handled")
    blobs: Seconds | None = Field(30 * _DAY, description="large values that nothing refers to")
    audit: Seconds | None = Field(None, description="who did what")
    every: Seconds = Field(3600.0, gt=0, description="how often is looked")


class JournalConfig(Section):
    """The record of runs, events and dead letters."""

    path: str | None = Field(None, description="database file; default: state_dir/journal.db")
    synchronous: Literal["full", "normal"] = Field(
        "full", description="`normal` is faster and may lose the last moments at a power cut"
    )
    retention: RetentionConfig = Field(RetentionConfig(), description="when what is over goes")


class TelemetryConfig(Section):
    """Spans and metrics."""

    exporter: Literal["none", "console", "otlp"] = Field("none", description="where they go")
    endpoint: str | None = Field(None, description="URL of the collector, for `otlp`")
    sample_ratio: float = Field(1.0, ge=0, le=1, description="share of traces that is recorded")
    service_name: str = Field("interlock", description="name of this process in traces")
    trace_url: str | None = Field(
        None, description="where a trace is shown, as http://127.0.0.1:16686/trace/{trace}"
    )


class EngineConfig(Section):
    """What runs workflows: this process alone, or several that share their runs through Restate."""

    type: Literal["embedded", "restate"] = Field(
        "embedded", description="restate needs a Restate server and the extra interlock[restate]"
    )
    ingress: str = Field(
        "http://127.0.0.1:8080", pattern=r"^https?://", description="URL of Restate's ingress"
    )
    admin: str = Field(
        "http://127.0.0.1:9070", pattern=r"^https?://", description="URL of Restate's admin API"
    )
    host: str = Field("127.0.0.1", description="address to listen on for Restate")
    port: int = Field(
        9080, ge=1, le=65535, description="port to listen on; runs in flight come back to it"
    )
    reuse_port: bool = Field(
        False, description="whether several daemons of this machine listen on that port together"
    )
    advertise: str | None = Field(
        None,
        pattern=r"^https?://",
        description="URL under which Restate reaches all daemons; default: host and port",
    )
    blobs: str | None = Field(
        None, description="folder of large values, one for all daemons; default: state_dir/blobs"
    )
    namespace: str = Field(
        "interlock", pattern=r"^[A-Za-z]\w*$", description="tells installations apart on a server"
    )
    keep: Seconds = Field(
        7 * _DAY, ge=60, description="how long Restate keeps the record of a run that is over"
    )
    suspend_after: Seconds = Field(
        60.0, ge=1, description="when a run that only waits leaves the daemon's memory"
    )
    offer_again: Seconds = Field(
        5.0, gt=0, description="the longest pause before a run is offered whose daemon died"
    )
    look: Seconds = Field(
        1.0, ge=0.1, description="how often is looked what became of runs elsewhere"
    )
    patience: Seconds = Field(
        20.0, ge=0, description="how long to wait at the start for a server that is not there yet"
    )
    identity_keys: tuple[str, ...] = Field(
        (), description="public keys of the server, publickeyv1_...; needed beyond loopback"
    )

    @model_validator(mode="after")
    def _of_its_type(self) -> Self:
        others = sorted(self.model_fields_set - {"type"})
        if self.type == "embedded" and others:
            raise ValueError(f"the embedded engine has no {others[0]!r}; add type: restate")
        return self


class PluginsConfig(Section):
    """Which installed plugins are loaded."""

    allow: tuple[str, ...] | None = Field(None, description="only these; default: all installed")
    block: tuple[str, ...] = Field((), description="never these")


class HttpConfig(Section):
    """Wishes for the HTTP client of one service."""

    allow_private: bool = Field(
        False, description="whether it may reach loopback and private addresses"
    )
    http2: bool | None = Field(None, description="default: what the service asks for")
    max_connections: int | None = Field(None, ge=1, description="connections at once")


class ToolConfig(Section):
    """Wishes for one tool of a service."""

    policies: Policies = Field(Policies(), description="guard rails over those of the service")


class ServiceConfig(Section):
    """One configured instance of an integration."""

    plugin: str = Field("", description="service type; default: the name of the entry")
    settings: SerializeAsAny[Settings] = Field(
        Settings(), description="what the service type asks for"
    )
    policies: Policies = Field(Policies(), description="guard rails of all its tools")
    tools: dict[str, ToolConfig] = Field({}, description="wishes for single tools, by name")
    http: HttpConfig = Field(HttpConfig(), description="how it reaches its service")


class WorkflowsConfig(Section):
    """Where workflow templates are."""

    paths: tuple[str, ...] = Field(
        (), description="files or globs, YAML or Python, from the folder of the file naming them"
    )

    def files(self) -> list[Path]:
        """The files that are there now, each once; tests of templates are none."""
        found = [path for pattern in self.paths for path in matching(pattern)]
        return [path for path in dict.fromkeys(found) if not path.match("*.test.yaml")]

    def written(self) -> list[Path]:
        """Those in YAML."""
        return [path for path in self.files() if path.suffix != ".py"]

    def code(self) -> list[Path]:
        """Those in Python."""
        return [path for path in self.files() if path.suffix == ".py"]


class TriggerConfig(Section):
    """A rule: on this event, start that template."""

    on: str = Field(min_length=1, description="name of the event; `*` matches any part")
    where: str | None = Field(None, description="expression over `event`; default: always")
    start: str = Field(min_length=1, description="name of the template to start")
    with_: dict[str, Any] = Field(
        {}, alias="with", description="input of the run; texts may hold ${{ event... }}"
    )


class TokenConfig(Section):
    """A bearer token that the daemon accepts; `interlock token new` makes one."""

    name: str = Field(pattern=r"^[\w.@-]+$", max_length=100, description="as in the audit log")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="hash of the token, in hex")
    role: Literal["viewer", "operator", "admin"] = Field(
        "viewer", description="viewer reads; operator calls, starts and controls; admin all"
    )
    tools: tuple[str, ...] = Field(
        ("*",), description="patterns of the tools and workflows that it may see and call"
    )


class OAuthConfig(Section):
    """Access tokens of an authorization server, as JWTs (RFC 9068)."""

    issuer: str = Field(pattern=r"^https?://", description="URL of the authorization server")
    audience: str = Field(
        pattern=r"^https?://", description="URL of this daemon, as tokens name it in `aud`"
    )
    jwks_url: str | None = Field(None, description="default: what the issuer's metadata say")
    algorithms: tuple[Literal["RS256", "ES256"], ...] = Field(
        ("RS256", "ES256"), min_length=1, description="signatures that are accepted"
    )


class ApiConfig(Section):
    """Who may use the HTTP surfaces, and how much."""

    hosts: tuple[str, ...] = Field(
        (), description="names beside loopback under which clients address the daemon"
    )
    tokens: tuple[TokenConfig, ...] = Field((), description="beside the local admin's own")
    oauth: OAuthConfig | None = Field(None, description="accept access tokens of an issuer")
    rate: PerTime = Field(parse_rate("3000/s"), description="requests of one token or address")
    max_body: int = Field(16 * 2**20, ge=1024, description="bytes that a request may carry")
    read_timeout: Seconds = Field(
        30.0, gt=0, description="how long a client may take to send a request's head, and its body"
    )

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        for what in ("name", "sha256"):
            values = [getattr(token, what) for token in self.tokens]
            if len(set(values)) < len(values):
                raise ValueError(f"two tokens have the same {what}")
        return self


class ScheduleConfig(Section):
    """A rule: at these times, start that template."""

    cron: str | None = Field(None, description="minute hour day month weekday")
    zone: str = Field("UTC", description="time zone of `cron`, such as Europe/Berlin")
    every: Seconds | None = Field(None, gt=0, description="instead of `cron`: an interval")
    start: str = Field(min_length=1, description="name of the template to start")
    with_: dict[str, Any] = Field(
        {}, alias="with", description="input of the run; texts may hold ${{ schedule.due }}"
    )
    overlap: Literal["allow", "skip", "wait", "cancel"] = Field(
        "skip", description="if the run before is still under way"
    )
    catch_up: Literal["none", "last", "all"] = Field(
        "last", description="which of the times that passed while Interlock was down count"
    )
    jitter: Seconds = Field(0.0, ge=0, description="how late a run may start, to spread load")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.cron is None) == (self.every is None):
            raise ValueError("give either `cron` or `every`")
        return self


class QueueConfig(Section):
    """Runs that wait for their turn; templates name it under ``queue``."""

    concurrency: int | None = Field(None, ge=1, description="runs under way at once; default: all")
    per_key: int | None = Field(None, ge=1, description="runs of one key at once; default: all")
    rate: PerTime | None = Field(None, description="how many runs may begin, such as 100/m")


class AlertConfig(Section):
    """A rule over how things stand, and who is told when it holds."""

    when: str = Field(
        min_length=1,
        description="expression over services, runs, queues, dead_letters, approvals and journal",
    )
    lasts: Seconds = Field(0.0, alias="for", ge=0, description="how long it has to hold")
    notify: ToolName | None = Field(None, description="tool that tells; default: the log only")
    with_: dict[str, Any] = Field(
        {}, alias="with", description="its arguments; texts may hold ${{ alert... }}"
    )
    resolved: bool = Field(True, description="tell as well when it holds no more")


SharedGate = Literal["rate", "breaker", "cache"]


class SharedConfig(Section):
    """What several daemons keep together, so that one limit holds for all of them."""

    service: ServiceName | None = Field(None, description="that keeps it, as one of type redis")
    keeps: tuple[SharedGate, ...] = Field(("rate", "breaker", "cache"), description="together")


class Config(Section):
    """The whole configuration, checked, with references resolved."""

    version: Literal[1] = Field(description="version of this format: 1")
    include: tuple[str, ...] = Field(
        (), description="files or globs, from the folder of this file, that add keys"
    )
    daemon: DaemonConfig = Field(DaemonConfig(), description="the process itself")
    api: ApiConfig = Field(ApiConfig(), description="who may use the HTTP surfaces")
    mcp: McpConfig = Field(McpConfig(), description="what MCP clients see")
    journal: JournalConfig = Field(JournalConfig(), description="what is recorded, and where")
    engine: EngineConfig = Field(EngineConfig(), description="what runs workflows")
    telemetry: TelemetryConfig = Field(TelemetryConfig(), description="spans and metrics")
    plugins: PluginsConfig = Field(PluginsConfig(), description="which plugins are loaded")
    defaults: Policies = Field(Policies(), description="guard rails of all services")
    services: dict[ServiceName, ServiceConfig] = Field({}, description="services, by name")
    shared: SharedConfig = Field(SharedConfig(), description="limits kept with other daemons")
    workflows: WorkflowsConfig = Field(WorkflowsConfig(), description="workflow templates")
    queues: dict[ServiceName, QueueConfig] = Field({}, description="where runs wait, by name")
    triggers: tuple[TriggerConfig, ...] = Field((), description="what events start")
    schedules: dict[ServiceName, ScheduleConfig] = Field({}, description="what the clock starts")
    alerts: dict[ServiceName, AlertConfig] = Field({}, description="what is told, by name")
    aliases: dict[str, ToolName] = Field(
        {}, description="further names of tools: {name: service.tool}"
    )

    # What stood where a reference was resolved, so that the value is never shown.
    _references: dict[tuple[str | int, ...], dict[str, Any]] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _name_service_types(self) -> Self:
        for name, service in self.services.items():
            if not service.plugin:
                self.services[name] = service.model_copy(update={"plugin": name})
        return self

    def completed(
        self,
        settings: Mapping[str, Settings | None],
        references: Mapping[tuple[str | int, ...], dict[str, Any]],
    ) -> Self:
        """With the settings of each service, and what stood where references were followed."""
        services = {
            name: service.model_copy(update={"settings": settings.get(name) or service.settings})
            for name, service in self.services.items()
        }
        completed = self.model_copy(update={"services": services})
        completed._references = dict(references)
        return completed

    @property
    def references(self) -> Mapping[tuple[str | int, ...], dict[str, Any]]:
        """What stood in the file where a value was taken from elsewhere, by its path."""
        return self._references

    @property
    def journal_path(self) -> Path:
        return Path(self.journal.path or Path(self.daemon.state_dir) / "journal.db")

    def policies_of(self, service: str) -> Policies:
        """The operator's wishes for a service: its own over the defaults of all."""
        return self.defaults.under(self.services[service].policies)
