"""The configuration: read with positions, checked as a whole, typed.

The only package that reads the environment. ``read(path).resolve(service_types)`` gives a
:class:`Config` or a :class:`ConfigError` with every fault of every file; ``parse`` and
``faults_of`` do the same for other YAML files.
"""

from interlock.config.document import Document, parse
from interlock.config.environment import Environment, environment
from interlock.config.exposed import (
    ExposedConfig,
    McpConfig,
    McpMessageConfig,
    McpPromptConfig,
    McpResourceConfig,
    mcp_endpoints,
)
from interlock.config.faults import ConfigError, Fault, Position, config_error
from interlock.config.load import Draft, read
from interlock.config.model import (
    AlertConfig,
    ApiConfig,
    Config,
    DaemonConfig,
    EngineConfig,
    HttpConfig,
    JournalConfig,
    PluginsConfig,
    QueueConfig,
    RetentionConfig,
    ScheduleConfig,
    ServiceConfig,
    SharedConfig,
    TelemetryConfig,
    ToolConfig,
    TriggerConfig,
    WorkflowsConfig,
)
from interlock.config.schema import json_schema
from interlock.config.secrets import Secrets
from interlock.config.shown import redacted
from interlock.config.validation import faults_of

__all__ = [
    "AlertConfig",
    "ApiConfig",
    "Config",
    "ConfigError",
    "DaemonConfig",
    "Document",
    "Draft",
    "EngineConfig",
    "Environment",
    "ExposedConfig",
    "Fault",
    "HttpConfig",
    "JournalConfig",
    "McpConfig",
    "McpMessageConfig",
    "McpPromptConfig",
    "McpResourceConfig",
    "PluginsConfig",
    "Position",
    "QueueConfig",
    "RetentionConfig",
    "ScheduleConfig",
    "Secrets",
    "ServiceConfig",
    "SharedConfig",
    "TelemetryConfig",
    "ToolConfig",
    "TriggerConfig",
    "WorkflowsConfig",
    "config_error",
    "environment",
    "faults_of",
    "json_schema",
    "mcp_endpoints",
    "parse",
    "read",
    "redacted",
]
