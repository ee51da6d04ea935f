"""Workflows written in Python, as templates of one step that the interpreter performs.

``templates`` makes a template of a coroutine function, ``branch`` drives the function's
coroutines, and ``flow`` is what they await: the same steps as those of a YAML template.
"""

from interlock.workflows.code.files import code_templates, templates_in
from interlock.workflows.code.pipelines import pipeline_template
from interlock.workflows.code.templates import template_of

__all__ = ["code_templates", "pipeline_template", "template_of", "templates_in"]
