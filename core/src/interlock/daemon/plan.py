"""What is to run, checked as a whole before anything of it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any

from interlock.config import Config, ConfigError, Document, Draft, Fault, config_error, read
from interlock.daemon.engines import check_engine
from interlock.daemon.exporter import check_exporter
from interlock.daemon.exposure import check_exposure
from interlock.daemon.rules import Rules, make_rules
from interlock.daemon.wishes import faulty_wishes
from interlock.events import Schedule, Trigger
from interlock.host import HttpWishes, Plugins, ServiceSpec, load_plugins
from interlock.runtime.alerts import AlertRule
from interlock.sdk import NotFound, Service, World, tools_of
from interlock.workflows import Template, ToolInfo, code_templates, load_templates


@dataclass(frozen=True)
class Plan:
    """A configuration without faults, and everything that it names.

    Attributes:
        warnings: what is unwise, but allowed.
    """

    config: Config
    plugins: Plugins
    templates: list[Template]
    triggers: list[Trigger]
    schedules: list[Schedule]
    alerts: dict[str, AlertRule]
    warnings: list[Fault]

    @property
    def services(self) -> dict[str, ServiceSpec]:
        return {name: _service_spec(name, self.config) for name in self.config.services}


async def make_plan(path: Path, world: World) -> Plan:
    """Read the configuration at ``path``, load the plugins, and check everything.

    Raises:
        ConfigError: every fault of the configuration, and of what its sound parts name.
    """
    draft = read(path)
    plugins = await load_plugins(
        world, draft.plugins.allow, draft.plugins.block, wanted=draft.service_types
    )
    settings = {name: kind.settings_type for name, kind in plugins.service_types.items()}
    try:
        config = draft.resolve(settings, plugins.functions, others=plugins.service_names)
    except ConfigError as error:
        raise config_error([*error.faults, *_faulty_names(draft, plugins, path)]) from None
    tools = _Tools(config, plugins)
    found = _Found(faulty_wishes(config, path, tools.own, tools.look_up))
    with found:
        check_exposure(config, path)
    with found:
        _check_shared(config, plugins, path)
    with found:
        check_engine(config, path)
    with found:
        check_exporter(config, path)
    documents, code, templates = _documents(config, plugins), list[Template](), list[Template]()
    with found:
        code = code_templates(config.workflows.code(), plugins.workflows, queues=set(config.queues))
    with found:
        templates = load_templates(documents, tools.look_up, plugins.functions, code, config.queues)
    rules = Rules([], [], {})
    with found:
        # A workflow with faults is there all the same.
        names = {*_names([*code, *templates]), *_names_written(documents)}
        rules = make_rules(config, names, path, tools.look_up)
    found.raise_any()
    return Plan(
        config, plugins, templates, rules.triggers, rules.schedules, rules.alerts, draft.warnings
    )


def _faulty_names(draft: Draft, plugins: Plugins, path: Path) -> list[Fault]:
    """Of workflows and tools, as far as that can be told beside other faults."""
    if draft.sound is None or not draft.sound.workflows.paths:
        return []
    # What alerts may speak of depends on all of the configuration.
    config = draft.sound.model_copy(update={"alerts": {}})
    tools = _Tools(config, plugins, believing=True)
    found = _Found(faulty_wishes(config, path, tools.own, tools.look_up))
    documents, code = _documents(config, plugins), list[Template]()
    with found:
        code = code_templates(config.workflows.code(), plugins.workflows)
    with found:
        load_templates(documents, tools.look_up, plugins.functions, code, None)
    with found:
        make_rules(config, {*_names(code), *_names_written(documents)}, path, tools.look_up)
    return found


class _Found(list[Fault]):
    """Collects the faults of several checks."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, ConfigError):
            return False
        self += error.faults
        return True

    def raise_any(self) -> None:
        if self:
            raise config_error(self)


async def check_templates(
    files: Sequence[Path], config: Path | None, world: World
) -> Sequence[str]:
    """Check template files on their own; the names of the workflows in them.

    Args:
        files: none means those of the configuration.
        config: says which tools there are; None to believe every name.

    Raises:
        ConfigError: every fault of the configuration, or else of the templates.
    """
    if not files and config is not None:
        return [template.name for template in (await make_plan(config, world)).templates]
    documents = [Document(file.read_text("utf-8"), str(file)) for file in files]
    if config is None:
        load_templates(documents, None, (await load_plugins(world)).functions)
    else:
        plan = await make_plan(config, world)
        own = _documents(plan.config, plan.plugins)
        others = [each for each in own if _place(each.file) not in map(_place, files)]
        tools = _Tools(plan.config, plan.plugins).look_up
        functions, queues = plan.plugins.functions, plan.config.queues
        load_templates([*documents, *others], tools, functions, (), queues)
    return [document.data["workflow"] for document in documents if "workflow" in document.data]


def _names(templates: Sequence[Template]) -> list[str]:
    return [name for template in templates for name in (template.name, *template.aliases)]


def _names_written(documents: Sequence[Document]) -> Iterator[str]:
    for document in documents:
        data = document.data if isinstance(document.data, dict) else {}
        aliases = data.get("aliases")
        for name in (data.get("workflow"), *(aliases if isinstance(aliases, list) else ())):
            if isinstance(name, str):
                yield name


def _place(file: Path | str) -> Path:
    return Path(file).resolve()


def _check_shared(config: Config, plugins: Plugins, path: Path) -> None:
    """Raises ConfigError: the service that is to keep gates for several daemons cannot."""
    able = [
        name
        for name, service in config.services.items()
        if plugins.service_types[service.plugin].shared_gates is not Service.shared_gates
    ]
    name = config.shared.service
    if name is None or name in able:
        return
    hint = f"these can: {', '.join(able)}" if able else "add one of type redis under services"
    message = f"there is no service {name!r} that keeps limits for several daemons"
    document = Document(path.read_text("utf-8"), str(path))
    raise config_error([document.fault(("shared", "service"), message, hint=hint)])


class _Tools:
    """The tools that there will be, known from classes alone.

    Attributes:
        own: names of the tools of each service that has no others.

    Args:
        believing: there may be services besides.
    """

    def __init__(self, config: Config, plugins: Plugins, *, believing: bool = False) -> None:
        self._believing = believing
        self.own: dict[str, set[str]] = {}
        self._known: dict[str, ToolInfo] = {}
        self._services = set(config.services)
        self._open: set[str] = set()
        for name, service in config.services.items():
            kind = plugins.service_types[service.plugin]
            if not kind.fixed_tools:
                # Only an instance knows its tools; what is called is checked when it is called.
                self._open.add(name)
            else:
                self.own[name] = set(tools_of(kind))
            self._add(name, kind)
        self._known |= {
            alias: self._known[tool]
            for alias, tool in config.aliases.items()
            if tool in self._known
        }

    def _add(self, service: str, kind: type[Service[Any]]) -> None:
        for tool in tools_of(kind).values():
            signature = tool.signature
            info = ToolInfo(
                f"{service}.{tool.name}", signature.input_schema, signature.output_schema
            )
            self._known[info.name] = info
            for alias in tool.aliases:
                self._known.setdefault(alias, info)

    def look_up(self, name: str) -> ToolInfo:
        """Raises NotFound; its ``kind`` says whether the service or the tool is missing."""
        if name in self._known:
            return self._known[name]
        service = name.partition(".")[0]
        if service in self._open or (self._believing and service not in self._services):
            return ToolInfo(name)
        nearest = get_close_matches(name, self._known, n=3)
        kind = "tool" if service in self._services else "service"
        raise NotFound(f"there is no tool {name!r}", nearest=nearest, kind=kind)


def _service_spec(name: str, config: Config) -> ServiceSpec:
    service = config.services[name]
    return ServiceSpec(
        name=name,
        type=service.plugin,
        settings=service.settings,
        policies=config.policies_of(name),
        tool_policies={tool: wishes.policies for tool, wishes in service.tools.items()},
        http=HttpWishes(
            allow_private=service.http.allow_private,
            http2=service.http.http2,
            max_connections=service.http.max_connections,
        ),
    )


def _documents(config: Config, plugins: Plugins) -> list[Document]:
    """Templates of the configuration, then those that plugins bring."""
    own = [Document(file.read_text("utf-8"), str(file)) for file in config.workflows.written()]
    brought = [Document(each.read_text("utf-8"), each.name) for each in plugins.templates]
    return own + brought
