"""Find, load, isolate, register, start and watch plugins; call their tools.

A call goes :meth:`Host.call` > the service's ``Ref`` > ``service_actor`` > the pipeline of
``interlock.calls`` > the plugin's method. Plugins go ``discover`` > ``loader`` >
``contributions`` > ``plugins``; services go ``spec`` > ``hosted`` > ``lifecycle``.
"""

from interlock.host.catalog import Catalog, ToolEntry
from interlock.host.discover import Candidate, installed_plugins
from interlock.host.host import Host
from interlock.host.plugin_record import PluginRecord, PluginState
from interlock.host.plugins import Plugins, load_plugins
from interlock.host.spec import Emit, HttpWishes, ServiceSpec, Stores
from interlock.host.status import ServiceState
from interlock.host.watchdog import Blockage

__all__ = [
    "Blockage",
    "Candidate",
    "Catalog",
    "Emit",
    "Host",
    "HttpWishes",
    "PluginRecord",
    "PluginState",
    "Plugins",
    "ServiceSpec",
    "ServiceState",
    "Stores",
    "ToolEntry",
    "installed_plugins",
    "load_plugins",
]
