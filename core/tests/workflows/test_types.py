"""What can be known of values before a template runs is checked when it is loaded."""

from textwrap import dedent

import pytest

from interlock.config.document import Document
from interlock.config.faults import ConfigError
from interlock.workflows import ToolInfo, load_template, load_templates

from .faults import faults_in

JOBS = ToolInfo(
    "jobs.list",
    {"type": "object", "properties": {"after": {}}, "additionalProperties": False},
    {
        "$defs": {
            "Job": {
                "properties": {
                    "name": {"type": "string"},
                    "state": {"anyOf": [{"enum": ["open", "done"]}, {"type": "null"}]},
                }
            }
        },
        "properties": {
            "jobs": {"type": "array", "items": {"$ref": "#/$defs/Job"}},
            "more": {"type": "boolean"},
        },
    },
)
LIST = "workflow: w\nsteps:\n  - {id: all, call: jobs.list}\n"


@pytest.mark.parametrize(
    ("step", "faults"),
    [
        (
            "{for_each: '${{ steps.all.jobs }}', as: job, do: [{transform: '${{ job.nam }}'}]}",
            ["4:76 there is no key 'nam' (did you mean 'name'?)"],
        ),
        (
            "{for_each: '${{ [j for j in steps.all.jobs] }}', do: [{transform: '${{ item.nam }}'}]}",
            ["4:81 there is no key 'nam' (did you mean 'name'?)"],
        ),
        (
            "{for_each: [{a: 1}, {b: 2}], do: [{transform: '${{ [item.a, item.b, item.c] }}'}]}",
            ["4:78 there is no key 'c'"],
        ),
        (
            "{for_each: steps.all.jobs, do: [{transform: 1}]}",
            ["4:16 for_each is string, not a list (${{ steps.all.jobs }})"],
        ),
        (
            "{for_each: {call: jobs.list, items: '${{ page.jbs }}', next: {aftr: 1}}, do: [{transform: 1}]}",
            [
                "4:51 there is no key 'jbs' (did you mean 'jobs'?)",
                "4:67 jobs.list has no argument 'aftr' (did you mean 'after'?)",
            ],
        ),
        (
            "{switch: '${{ steps.all.jobs[0].state }}', cases: {opne: [{transform: 1}], null: [{transform: 2}]}}",
            ["4:56 the value is never 'opne' (did you mean 'open'?)"],
        ),
        (
            "{switch: '${{ steps.all.more }}', cases: {true: [{transform: 1}], yes: [{transform: 2}]}}",
            ["4:71 the value is never 'yes' (one of true, false)"],
        ),
        ("{switch: '${{ default(steps.all.more, 1) }}', cases: {1: [{transform: 1}]}}", []),
        ("{switch: '${{ steps.all.jobs[0].name }}', cases: {1: [{transform: 1}]}}", []),
        (
            "{switch: steps.all.more, cases: {true: [{transform: 1}]}}",
            ["4:14 this is a text, not what it names (${{ steps.all.more }})"],
        ),
        (
            "{switch: '${{ steps.all }}', cases: [{when: 1}]}",
            [
                (
                    "4:41 `cases` is not a mapping from values to steps (a list of conditions is "
                    "written as `if` with an `else` that holds the next `if`)"
                )
            ],
        ),
        ("{parallel: {}}", ["4:16 there are no branches ({name: [steps]})"]),
        (
            "{sleep_until: next tuesday}",
            ["4:19 'next tuesday' is no moment (such as 2027-01-31T09:00)"],
        ),
        (
            "{sleep_until: 1900000000000}",
            [
                "4:19 1900000000000 is after the year 2199 (seconds since the epoch, not milliseconds)"
            ],
        ),
        (
            "{sleep_until: steps.all.more}",
            ["4:19 'steps.all.more' is no moment (${{ steps.all.more }})"],
        ),
        (
            "{sleep: 40000d}",
            ["4:13 nobody waits longer than a hundred years (a duration such as 30d)"],
        ),
    ],
)
def test_what_can_be_known_of_values_is_checked(step: str, faults: list[str]) -> None:
    document = Document(f"{LIST}  - {step}", "w.yaml")
    try:
        load_template(document, lambda _: JOBS)
        found = []
    except ConfigError as error:
        found = [
            f"{fault.line}:{fault.column} {fault.message}"
            + (f" ({fault.hint or fault.expected})" if fault.hint or fault.expected else "")
            for fault in error.faults
        ]
    assert found == faults


def test_a_fault_in_a_step_hides_none_in_those_that_read_its_output() -> None:
    document = Document(
        dedent("""
        workflow: w
        steps:
          - {id: all, call: jobs.list, with: {aftr: 1}}
          - {id: each, for_each: "${{ steps.all.jobs }}", do: [{transform: "${{ item.nam }}"}]}
          - {id: odd, call: jobs.list, on_error: continu}
          - {transform: "${{ steps.odd.error }}"}
        """),
        "w.yaml",
    )
    with pytest.raises(ConfigError) as error:
        load_template(document, lambda _: JOBS)
    assert [(fault.line, fault.column) for fault in error.value.faults] == [
        (4, 39),
        (5, 78),
        (6, 42),
    ]


def test_the_type_of_a_computed_argument_is_checked_where_it_is_known() -> None:
    assert faults_in(
        """
        workflow: w
        input: {type: object, properties: {mode: {enum: [fast]}, n: {type: integer}, any: {}}}
        steps:
          - {call: figma.get_file, with: {file_key: "${{ input.n }}"}}
          - {call: figma.get_file, with: {file_key: "${{ input.mode }}"}}
          - {call: figma.get_file, with: {file_key: "${{ input.any }}"}}
          - {call: figma.get_file, with: {file_key: "no ${{ input.n }}"}}
        """
    ) == ["4:45 argument 'file_key': expected string, not integer"]


def test_the_input_schema_checks_references() -> None:
    assert faults_in(
        """
        workflow: w
        input: {type: object, properties: {key: {type: string}}}
        steps: [{transform: "${{ input.kee }}"}]
        """
    ) == ["3:32 there is no key 'kee' (did you mean 'key'?)"]


def test_what_a_child_gets_is_held_to_its_input() -> None:
    parent = Document(
        "workflow: w\nsteps:\n- {run: kid, with: {m: 1}}\n- {run: kid, with: {n: x}}\n", "w.yaml"
    )
    kid = Document(
        "workflow: kid\ninput: {required: [n], properties: {n: {type: integer}}}\n"
        "steps: [{transform: 1}]\n",
        "kid.yaml",
    )
    with pytest.raises(ConfigError) as error:
        load_templates([parent, kid])
    assert [f"{fault.line}:{fault.column} {fault.message}" for fault in error.value.faults] == [
        "3:14 kid needs n",
        "4:24 argument 'n': expected integer, not string",
    ]


def test_one_fault_of_the_input_hides_no_other() -> None:
    assert faults_in(
        """
        workflow: w
        input: {properties: {name: {type: string}, n: {type: intger}}, additionalProperties: false}
        steps:
          - {transform: "${{ input.nmae }}"}
          - {for_each: "${{ input.name }}", do: [{transform: "${{ input.n }}"}]}
        """
    ) == [
        "2:54 'intger' is no type of JSON (did you mean 'integer'?)",
        "4:28 there is no key 'nmae' (did you mean 'name'?)",
        "5:16 for_each is string, not a list (a list, such as ${{ steps.rows.pages }})",
    ]
