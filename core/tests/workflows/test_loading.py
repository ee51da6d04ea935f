"""Templates with faults: all of them at once, each at its place."""

import orjson
import pytest

from interlock.config.document import Document
from interlock.config.faults import ConfigError
from interlock.sdk import Function
from interlock.workflows import load_template, load_templates
from interlock.workflows.loading import restore_template

from .faults import fault_of, faults_in, known_tool


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("{cal: figma.get_file}", "3:6 unknown kind of step 'cal' (did you mean 'call'?)"),
        (
            "{id: a}",
            (
                "3:5 the step does nothing (one of call, parallel, for_each, if, switch, while, until, steps, transform, "
                "publish, sleep, wait_for, approve, sleep_until, fail, return, include, run)"
            ),
        ),
        ("{sleep: 1s, transform: 1}", "3:6 a step is one of transform, sleep, not several at once"),
        (
            "{sleep: soon}",
            (
                "3:13 expected a duration such as 30s, 250ms or 1h30m "
                "(a duration such as 30s, 250ms or 1h30m)"
            ),
        ),
        ("{transform: 1, whenn: 'true'}", "3:20 unknown key 'whenn' (did you mean 'when'?)"),
        ("{sleep: 1s, timeout: 2s}", "3:17 a step with `sleep` has no `timeout` (leave it out)"),
        ("{id: a b, sleep: 1s}", "3:10 'a b' is no name (letters, digits and _)"),
        (
            "{call: figma.get_fil, with: {file_key: x}}",
            "3:12 there is no tool 'figma.get_fil' (did you mean 'figma.get_file'?)",
        ),
        (
            "{call: figma.get_file, with: {file_kee: x, file_key: y}}",
            "3:35 figma.get_file has no argument 'file_kee' (did you mean 'file_key'?)",
        ),
        (
            "{call: figma.get_file, with: {depth: 1}}",
            "3:28 figma.get_file needs file_key (file_key)",
        ),
        (
            "{call: figma.get_file, with: {file_key: x, depth: deep}}",
            "3:55 argument 'depth': expected integer, not string",
        ),
        (
            "{transform: '${{ steps.filee }}'}",
            "3:22 there is no step 'filee' (steps before this one: none)",
        ),
        ("{transform: '${{ inptu.x }}'}", "3:22 unknown name 'inptu' (did you mean 'input'?)"),
        ("{transform: {a: ['${{ 1 + }}']}}", None),
        ("{if: '1 < 2'}", "3:6 an `if` without `then` and `else` does nothing (then)"),
        (
            "{for_each: '${{ [1] }}', do: [{transform: 1}], concurrency: 0}",
            "3:65 concurrency must be at least 1 (a whole number from 1 on)",
        ),
        (
            "{for_each: '${{ [1] }}', as: steps, do: [{transform: 1}]}",
            "3:34 'steps' cannot be the item's name (a name not in use)",
        ),
        ("{run: nobody}", "3:11 there is no workflow 'nobody' (a workflow's name)"),
        (
            "{call: figma.get_file, with: {file_key: x}, retry: {attemps: 2}}",
            "3:57 unknown key 'attemps' (did you mean 'attempts'?)",
        ),
        (
            "{call: figma.get_file, with: {file_key: x}, retry: {on: [retryabel]}}",
            "3:61 unknown kind of error 'retryabel' (did you mean 'retryable'?)",
        ),
        (
            "{call: figma.get_file, with: {file_key: x}, on_error: continu}",
            "3:59 on_error cannot be 'continu' (did you mean 'continue'?)",
        ),
        ("{fail: {message: m}}", "3:12 fail is not a text (a text)"),
        ("{publish: nodot}", "3:15 'nodot' is no event's name (a name such as my.event)"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_would_be_right(
    step: str, fault: str | None
) -> None:
    found = fault_of(step)
    if fault is not None:
        assert found == fault


def test_mistakes_in_the_words_for_flow_are_told_with_their_places() -> None:
    found = faults_in(
        """
workflow: w
steps:
  - {id: a, switch: 1, cases: {x: [{transform: 1}]}, defualt: []}
  - {id: b, while: "last.nothing", do: [{transform: 1}]}
  - {id: c, parallel: {x: [{transform: 1}]}, wait: 3}
  - {id: d, wait_for: paid}
  - {id: e, approve: "ok?", choices: [yes_, no_], fail_on: [nope]}
  - {id: f, sleep_until: 1, zone: Europe/Berlni}
"""
    )
    places = [fault.split(" ")[0] for fault in found]
    assert places == ["3:54", "4:13", "5:52", "6:23", "7:60", "8:35"]
    for fault, word in zip(
        found,
        ("'default'", "max: 100", "at most 1", "my.event", "'nope'", "Europe/Berlin"),
        strict=True,
    ):
        assert word in fault


def test_a_template_from_the_journal_is_not_held_to_later_checks() -> None:
    source = {"workflow": "w", "steps": [{"sleep": "40000d"}, {"parallel": {}}]}
    assert len(restore_template(orjson.dumps(source), {}).block.steps) == 2


def test_all_faults_are_told_at_once() -> None:
    assert faults_in(
        """
        workflow: w
        stepz: []
        steps:
          - {id: a, transform: "${{ steps.b }}"}
          - {id: b, call: figma.get_file, with: {file_key: "${{ steps.a }}"}}
          - {id: b, transform: "${{ steps.b.nam }}"}
        """
    ) == [
        "2:1 unknown key 'stepz' (did you mean 'steps'?)",
        "4:29 step 'b' has not run by then (move it up, or this step down)",
        "6:10 there are two steps 'b' in this block",
        "6:37 there is no key 'nam' (did you mean 'name'?)",
    ]


def test_a_step_inside_of_a_block_is_not_seen_outside() -> None:
    assert faults_in(
        """
        workflow: w
        steps:
          - id: p
            parallel:
              a: [{id: inner, transform: 1}]
              b: [{transform: "${{ steps.inner }}"}]
          - {transform: "${{ steps.inner }}"}
        """
    ) == [
        "6:28 there is no step 'inner' (steps before this one: none)",
        "7:22 there is no step 'inner' (steps before this one: p)",
    ]


def test_a_compensation_sees_its_own_step() -> None:
    load_template(
        Document(
            "workflow: w\nsteps:\n  - {id: a, call: figma.get_file, with: {file_key: x},"
            ' compensate: {call: figma.get_file, with: {file_key: "${{ steps.a.name }}"}}}',
            "w.yaml",
        ),
        known_tool,
    )


def test_a_schema_that_is_none_is_a_fault() -> None:
    faults = faults_in(
        """
        workflow: w
        input:
          type: object
          properties: {a: {type: strng}, b: {type: integer, minimum: low}, c: {requird: [x]}}
        output: {n: integer}
        steps: [{transform: 1}]
        """
    )

    assert faults == [
        "4:26 'strng' is no type of JSON (did you mean 'string'?)",
        "4:62 not a JSON Schema: 'low' is not of type 'number'",
        "5:10 'n' says nothing here (fields stand under `properties`)",
    ]
    (misspelt,) = faults_in("workflow: w\ninput: {requird: [x]}\nsteps: [{transform: 1}]")
    assert misspelt == "2:9 'requird' says nothing here (fields stand under `properties`)"
    (misspelt,) = faults_in(
        "workflow: w\ninput: {type: object, requird: [x]}\nsteps: [{transform: 1}]"
    )
    assert misspelt == "2:23 'requird' is no word of JSON Schema (did you mean 'required'?)"


def test_all_that_is_wrong_is_told_and_nothing_that_only_follows_from_it() -> None:
    assert faults_in(
        """
        workflow: w
        steps:
          - {fail: enough}
          - {call: figma.get_file, with: {file_key: "{{ input.key }}", n: 1}}
          - {id: both, transform: ["${{ lenn(1) }}", "${{ 1 + }}", {deep: "${{ nope }}"}]}
          - {approve: "", choices: 7, default: sure, timeout: 0s}
          - {call: "${{ input.tool }}"}
          - {figma.get_file: {file_key: x}}
          - "call: figma.get_file"
        """
    ) == [
        "4:5 this step never runs: the one before it is a `fail` (give that one a `when`, or leave this out)",
        "4:64 figma.get_file has no argument 'n' (one of file_key, depth)",
        "5:33 unknown function 'lenn' (did you mean 'len'?)",
        "5:54 an expression ends in the middle (something is missing at its end)",
        "5:72 unknown name 'nope'",
        "6:15 nothing is asked (a question)",
        "6:28 choices is not a list of words (a list of words)",
        "6:55 no step ends in no time (a duration such as 30s)",
        "7:12 which tool is called has to be written out (a `switch` chooses between calls)",
        "8:6 unknown kind of step 'figma.get_file' (a tool is called by `call: figma.get_file`, with its arguments under `with`)",
        "9:5 a step is not a mapping (leave out the quotes)",
    ]


def test_a_file_that_is_no_yaml_has_no_other_fault() -> None:
    (fault,) = faults_in("workflow: w\nsteps:\n\t- {transform: 1}")
    assert fault.startswith("3:1 not YAML")


def test_the_version_is_the_content_and_not_the_way_it_is_written() -> None:
    one = load_template(Document("workflow: w\nsteps: [{transform: 1}]", "a"))
    same = load_template(Document("# a comment\nworkflow: w\nsteps:\n- transform: 1\n", "b"))
    other = load_template(Document("workflow: w\nsteps: [{transform: 2}]", "a"))

    assert one.version == same.version != other.version


def test_workflows_that_run_in_a_circle_are_refused() -> None:
    texts = {
        name: f"workflow: {name}\nsteps: [{{run: {other}}}]" for name, other in ("ab", "bc", "ca")
    }
    documents = [Document(text, f"{name}.yaml") for name, text in texts.items()]

    with pytest.raises(ConfigError) as error:
        load_templates(documents)
    assert [(fault.file, fault.line, fault.message) for fault in error.value.faults] == [
        ("a.yaml", 2, "a would run itself through 'b'"),
        ("b.yaml", 2, "b would run itself through 'c'"),
        ("c.yaml", 2, "c would run itself through 'a'"),
    ]


def test_a_name_can_be_taken_once() -> None:
    one = Document("workflow: w\nsteps: [{transform: 1}]", "one.yaml")
    two = Document("workflow: v\naliases: [w]\nsteps: [{transform: 1}]", "two.yaml")

    with pytest.raises(ConfigError, match=r"workflow 'w' is defined in one\.yaml already"):
        load_templates([one, two])


def test_functions_of_plugins_can_be_called() -> None:
    document = Document("workflow: w\nsteps: [{transform: '${{ shout(1) }}'}]", "w.yaml")

    load_template(document, functions={"shout": Function(lambda value: f"{value}!")})
    with pytest.raises(ConfigError, match="unknown function 'shout'"):
        load_template(document)
