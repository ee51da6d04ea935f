"""From files to a Config, in two stages.

Which plugins are loaded stands in the file, and only they know the settings of their services.
So :func:`read` gives a Draft, whose ``plugins`` say what to load; :meth:`Draft.resolve` then
checks everything, and reports the faults of both stages at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from interlock.config.annotations import secret_paths, untyped_paths
from interlock.config.document import Document
from interlock.config.faults import Fault, Path, config_error
from interlock.config.files import read_text
from interlock.config.model import Config, DaemonConfig, PluginsConfig
from interlock.config.references import resolve_references
from interlock.config.rules import broken_rules
from interlock.config.soundness import sound_parts
from interlock.config.sources import Sources
from interlock.config.validation import faults_of
from interlock.sdk.hooks import Function
from interlock.sdk.service import Settings

ServiceTypes = Mapping[str, type[Settings]]
_Model = TypeVar("_Model", bound=BaseModel)


def read(path: FilePath) -> Draft:
    """Read a configuration file and those it includes.

    Raises:
        ConfigError: the file cannot be read so far that it is clear which plugins to load.
    """
    try:
        main = Document(read_text(path), str(path))
    except ValueError as error:
        hint = "" if path.exists() else "name another one with -c, or write one: `interlock init`"
        fault = Fault(str(path), 1, 1, (), f"cannot be read: {error}", hint=hint)
        raise config_error([fault]) from None
    sources = Sources(main)
    if main.data is None and not main.faults:
        raise config_error([main.fault((), "the file is empty")])
    if not isinstance(main.data, dict):
        raise config_error(sources.faults)
    checks = _Checks(sources)
    plugins = checks.validated(PluginsConfig, sources.data.get("plugins", {}), ("plugins",))
    if plugins is None:
        raise config_error(checks.faults)
    return Draft(sources, plugins)


def state_dir(path: FilePath) -> FilePath:
    """Where the daemon of a configuration file keeps its state.

    Raises:
        ConfigError: that cannot be told from the file.
    """
    sources = read(path)._sources
    resolved = resolve_references(sources)
    checks = _Checks(sources)
    daemon = checks.validated(DaemonConfig, resolved.data.get("daemon", {}), ("daemon",))
    if daemon is None:
        raise config_error(checks.faults)
    return FilePath(daemon.state_dir)


class Draft:
    """A configuration that has been read, but not yet checked.

    Attributes:
        plugins: which plugins to load before :meth:`resolve`.
        warnings: what is unwise; complete after :meth:`resolve`.
        sound: what has no faults, after :meth:`resolve` has found some; None if nobody can tell.
    """

    def __init__(self, sources: Sources, plugins: PluginsConfig) -> None:
        self._sources = sources
        self.plugins = plugins
        self.sound: Config | None = None
        self.warnings: list[Fault] = list(sources.warnings)

    @property
    def service_types(self) -> set[str]:
        """The names of the types whose settings :meth:`resolve` needs."""
        return {kind for _, kind, _ in _services(self._sources.data)}

    def resolve(
        self,
        service_types: ServiceTypes,
        functions: Mapping[str, Function] | None = None,
        *,
        others: Collection[str] = (),
    ) -> Config:
        """Check everything, and follow the references.

        Args:
            service_types: the settings of service types, by name; all of :attr:`service_types`
                that there are.
            functions: those that expressions of triggers may call, besides the built-in ones.
            others: names of further service types, which nobody uses.

        Raises:
            ConfigError: with every fault of every file.
        """
        secrets = list(_secrets(self._sources.data, service_types))
        for path in (*secrets, *_possible_secrets(self._sources.data, service_types)):
            self._sources.hide(path)
        resolved = resolve_references(self._sources)
        data = self._with_anchored_templates(resolved.data)
        checks = _Checks(self._sources)
        checks.faults += resolved.faults
        settings = {
            name: checks.validated(service_types[kind], raw, ("services", name, "settings"))
            for name, kind, raw in _services(data)
            if kind in service_types
        }
        config = checks.validated(Config, _without_settings(data))
        checks.faults += broken_rules(self._sources, {*service_types, *others}, functions or {})
        if config is None or checks.faults:
            self.sound = _sound(data, checks.faults, settings)
            raise config_error(checks.faults)
        self.warnings = list(self._sources.warnings)
        self.warnings += [self._literal_secret(path) for path in secrets]
        return config.completed(settings, resolved.references)

    def _with_anchored_templates(self, data: dict[str, Any]) -> dict[str, Any]:
        """The data with patterns of templates from the working directory, not from their file."""
        workflows = data.get("workflows")
        paths = workflows.get("paths") if isinstance(workflows, dict) else None
        if not isinstance(workflows, dict) or not isinstance(paths, list):
            return data
        anchored = list(paths)
        for index, pattern in enumerate(paths):
            if isinstance(pattern, str):
                path = ("workflows", "paths", index)
                self._sources.note_absent(path, pattern)
                anchored[index] = self._sources.anchored(path, pattern)
        return {**data, "workflows": {**workflows, "paths": anchored}}

    def _literal_secret(self, path: Path) -> Fault:
        hint = "write {env: NAME} or {file: path}, and keep the secret out of the file"
        return self._sources.fault(path, "a secret stands in the file", hint=hint).as_warning()


class _Checks:
    """Validations of parts of the sources, and all their faults."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.faults: list[Fault] = list(sources.faults)

    def validated(self, model: type[_Model], data: Any, path: Path = ()) -> _Model | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            known = {fault.position for fault in self.faults}
            found = faults_of(error, self._sources, path, model)
            # Where a reference leads nowhere, the value is missing for no other reason.
            self.faults += [fault for fault in found if fault.position not in known]
            return None


def _sound(
    data: Mapping[str, Any], faults: list[Fault], settings: Mapping[str, Settings | None]
) -> Config | None:
    try:
        parts = sound_parts(_without_settings(data), faults, settings)
        return Config.model_validate(parts).completed(settings, {})
    except ValidationError:
        return None


def _services(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Name, type and raw settings of each entry that has the form of one."""
    services = data.get("services")
    for name, entry in services.items() if isinstance(services, dict) else ():
        if isinstance(entry, dict):
            yield name, str(entry.get("plugin") or name), entry.get("settings", {})


def _without_settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with the settings left out, which are validated by those who know them."""
    services = data.get("services")
    if not isinstance(services, dict):
        return dict(data)
    return {
        **data,
        "services": {
            name: {key: value for key, value in entry.items() if key != "settings"}
            if isinstance(entry, dict)
            else entry
            for name, entry in services.items()
        },
    }


def _secrets(data: Mapping[str, Any], service_types: ServiceTypes) -> Iterator[Path]:
    """Where secrets are written out; a reference gives none away."""
    for name, kind, raw in _services(data):
        if kind in service_types:
            for path in secret_paths(service_types[kind], raw):
                yield ("services", name, "settings", *path)


def _possible_secrets(data: Mapping[str, Any], service_types: ServiceTypes) -> Iterator[Path]:
    """Where values stand that nobody here knows the meaning of."""
    for name, kind, raw in _services(data):
        for path in untyped_paths(service_types.get(kind, Settings), raw):
            yield ("services", name, "settings", *path)
