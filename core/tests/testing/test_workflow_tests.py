"""The runner of workflow tests: what it lets pass, what it finds, what it cannot do without."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from interlock.config import ConfigError
from interlock.host import Plugins
from interlock.testing.cases import read_suite
from interlock.testing.runner import CaseResult, Runner

ORDER = """
    workflow: order
    input: {type: object, required: [id]}
    steps:
      - id: charge
        call: shop.charge
        with: {id: "${{ input.id }}"}
        compensate: {call: shop.refund, with: {id: "${{ input.id }}"}}
      - {id: sign, approve: "Ship?", timeout: 30d, fail_on: [reject]}
      - {id: paid, wait_for: order.paid, key: "${{ input.id }}", timeout: 1d}
      - {id: ship, call: shop.ship, with: {id: "${{ input.id }}"}, retry: {attempts: 3}}
      - {id: told, publish: order.shipped, with: {id: "${{ input.id }}"}}
    return: {parcel: "${{ steps.ship.parcel }}"}
"""
TOOLS = """
    workflow: order
    tools:
      shop.charge: {returns: {charge: 1}, effect: write, idempotent: false}
      shop.refund: {returns: null}
      shop.ship: {returns: {parcel: "p-${{ arguments.id }}"}}
    cases:
"""
GIVEN = """
      - name: it
        input: {id: a}
        decisions: {sign: {choice: approve, after: 10d}}
        events: [{name: order.paid, key: a, after: 10d}]
"""


async def result_of(folder: Path, case: str) -> CaseResult:
    (folder / "order.yaml").write_text(dedent(ORDER))
    (folder / "order.test.yaml").write_text(dedent(TOOLS + case))
    [result] = await Runner(Plugins()).run(read_suite(folder / "order.test.yaml"))
    return result


async def test_what_is_as_expected_passes_at_once(tmp_path: Path) -> None:
    result = await result_of(
        tmp_path,
        GIVEN
        + """
        expect:
          output: {parcel: p-a}
          steps: [charge, sign, paid, ship, told]
          events: [order.shipped]
          calls: {shop.charge: 1, shop.ship: 1, shop.refund: 0}
          called_with: {shop.ship: [{id: a}]}
          within: 11d
        """,
    )
    assert result.faults == []


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        ("{output: {parcel: x}}", 'its output is {"parcel":"p-a"}; expected {"parcel":"x"}'),
        ("{contains: {parcel: x}}", 'its output has "p-a" at $.parcel; expected "x"'),
        ("{status: failed}", "the run succeeded; expected failed"),
        ("{error: no}", "its error is ': '; expected 'no' in it"),
        ("{steps: [ship]}", "the steps were"),
        ("{undone: [charge]}", 'undone was []; expected ["charge"]'),
        ("{events: []}", 'published was ["order.shipped"]; expected []'),
        ("{calls: {shop.ship: 2}}", "shop.ship was called 1 times; expected 2"),
        ("{called_with: {shop.ship: []}}", 'shop.ship was called with [{"id":"a"}]; expected []'),
        ("{within: 1d}", "it took 864000 s; expected at most 86400 s"),
    ],
)
async def test_what_is_not_as_expected_is_told(tmp_path: Path, expected: str, fault: str) -> None:
    result = await result_of(tmp_path, f"{GIVEN}        expect: {expected}\n")
    assert len(result.faults) == 1
    assert result.faults[0].startswith(fault)


async def test_failures_are_injected_and_undone(tmp_path: Path) -> None:
    result = await result_of(
        tmp_path,
        """
      - name: it
        input: {id: a}
        decisions: {sign: {choice: approve}}
        events: [{name: order.paid, key: a}]
        tools: {shop.ship: {fails: {code: retryable, message: bad gateway}, idempotent: true}}
        expect: {status: failed, error: bad gateway, undone: [charge], calls: {shop.ship: 3}}
        """,
    )
    assert result.faults == []


async def test_a_crash_leaves_what_is_not_idempotent_in_doubt(tmp_path: Path) -> None:
    doubtful = "        crashes: [charge]\n        expect: {status: failed, error: in-doubt}\n"
    assert (await result_of(tmp_path, GIVEN + doubtful)).faults == []
    repeated = "        crashes: [ship]\n        expect: {calls: {shop.charge: 1, shop.ship: 2}}\n"
    assert (await result_of(tmp_path, GIVEN + repeated)).faults == []


async def test_what_never_comes_is_told(tmp_path: Path) -> None:
    nobody = "      - {name: it, input: {id: a}, decisions: {sign: {choice: approve}}}"
    missing = await result_of(tmp_path, nobody)
    assert missing.faults == [
        "the run failed: paid: event order.paid a did not come within 86400 s; expected succeeded"
    ]


async def test_a_tool_without_an_answer_is_named(tmp_path: Path) -> None:
    result = await result_of(tmp_path, GIVEN + "        tools: {}\n")
    assert result.faults == []
    (tmp_path / "order.test.yaml").write_text(
        dedent("workflow: order\ncases: [{name: it, input: {id: a}}]\n")
    )
    [bare] = await Runner(Plugins()).run(read_suite(tmp_path / "order.test.yaml"))
    assert "the test does not say what shop.charge answers" in bare.faults[0]


async def test_real_answers_are_recorded_once_and_used_again(tmp_path: Path) -> None:
    (tmp_path / "w.yaml").write_text("workflow: w\nsteps: [{call: a.b, with: {n: 1}}]\n")
    (tmp_path / "w.test.yaml").write_text(
        "workflow: w\ncases: [{name: it, recorded: w.json, expect: {output: {m: 2}}}]\n"
    )
    asked: list[str] = []

    async def real(tool: str, arguments: object) -> object:
        asked.append(tool)
        return {"m": 2}

    suite = read_suite(tmp_path / "w.test.yaml")
    for runner in (Runner(Plugins(), real), Runner(Plugins())):
        [result] = await runner.run(suite)
        assert result.faults == []
    assert asked == ["a.b"]


async def test_cases_that_record_into_one_file_leave_each_other_their_answers(
    tmp_path: Path,
) -> None:
    (tmp_path / "w.yaml").write_text(
        'workflow: w\ninput: {type: object}\nsteps: [{call: a.b, with: {n: "${{ input.n }}"}}]\n'
    )
    (tmp_path / "w.test.yaml").write_text(
        "workflow: w\ncases:\n"
        "  - {name: one, input: {n: 1}, recorded: w.json, expect: {output: {n: 1}}}\n"
        "  - {name: two, input: {n: 2}, recorded: w.json, expect: {output: {n: 2}}}\n"
    )

    async def real(tool: str, arguments: object) -> object:
        return arguments

    suite = read_suite(tmp_path / "w.test.yaml")
    for runner in (Runner(Plugins(), real), Runner(Plugins())):
        assert [result.faults for result in await runner.run(suite)] == [[], []]


@pytest.mark.parametrize("policy", ["fail", "continue"])
async def test_a_call_that_nothing_answers_is_no_failure_to_expect(
    tmp_path: Path, policy: str
) -> None:
    (tmp_path / "w.yaml").write_text(
        f"workflow: w\nsteps: [{{call: a.b, retry: {{attempts: 3}}, on_error: {policy}}}]\n"
    )
    status = {"fail": "failed", "continue": "succeeded"}[policy]
    (tmp_path / "w.test.yaml").write_text(
        f"workflow: w\ncases: [{{name: it, expect: {{status: {status}}}}}]\n"
    )

    [result] = await Runner(Plugins()).run(read_suite(tmp_path / "w.test.yaml"))

    [fault] = result.faults
    assert fault.startswith("the test does not say what a.b answers to these arguments (add it")


def test_a_wrong_test_file_is_told_with_its_places(tmp_path: Path) -> None:
    file = tmp_path / "x.test.yaml"
    file.write_text(
        "workflow: x\ncases:\n  - {name: a, inputs: {}}\n  - {tools: {a.b: {return: 1}}}\n"
    )
    with pytest.raises(ConfigError) as error:
        read_suite(file)
    told = str(error.value)
    assert "3:15" in told and "did you mean 'input'" in told
    assert "4:20: error: unknown key 'return'" in told
    assert "x.test.yaml:4:" in told and "name" in told.partition("4:20")[0]


async def test_a_crash_that_did_not_happen_is_told(tmp_path: Path) -> None:
    result = await result_of(tmp_path, GIVEN + "        crashes: [shipp]\n")
    assert result.faults == ["no call was made at 'shipp', to crash in"]


async def test_a_misspelt_code_of_an_error_is_told(tmp_path: Path) -> None:
    result = await result_of(
        tmp_path, GIVEN + "        tools: {shop.ship: {fails: {code: throtled}}}\n"
    )
    assert result.faults == [
        "shop.ship fails with 'throtled', which is no code of an error (did you mean 'throttled'?)"
    ]


PARENT = """
    workflow: parent
    steps:
      - id: kid
        run: kid
      - {id: once, call: shop.once, in_doubt: ask}
      - {fail: enough}
"""
KID = """
    workflow: kid
    steps:
      - id: two
        call: shop.take
        compensate: {steps: [{call: shop.give}, {publish: shop.given}]}
      - {id: sure, approve: "Sure?"}
"""
FAMILY = """
    workflow: parent
    tools:
      shop.take: {returns: 1}
      shop.once: {returns: 1, effect: write, idempotent: false}
      shop.give: {returns: 1}
    cases:
      - name: it
        crashes: ["kid:two", once]
        decisions:
          "kid:sure": {choice: approve}
          once~doubt: {choice: happened}
        expect: {status: failed, error: enough, calls: {shop.take: 2, shop.give: 1, shop.once: 1}}
"""


async def family(folder: Path, tests: str, kid: str = KID) -> CaseResult:
    for name, text in {"parent": PARENT, "kid": kid, "parent.test": tests}.items():
        (folder / f"{name}.yaml").write_text(dedent(text))
    [result] = await Runner(Plugins()).run(read_suite(folder / "parent.test.yaml"))
    return result


async def test_runs_that_a_run_starts_crash_and_ask_by_their_place(tmp_path: Path) -> None:
    assert (await family(tmp_path, FAMILY)).faults == []
    [unanswered] = (await family(tmp_path, FAMILY.replace('"kid:sure"', '"sure"'))).faults
    assert "answer it under `decisions` as 'kid:sure'" in unanswered


async def test_compensations_of_several_steps_count_as_one_undo(tmp_path: Path) -> None:
    tests = FAMILY.replace("workflow: parent", "workflow: kid").replace('"kid:', '"')
    tests = tests.replace(", once]", "]").replace("once~doubt: {choice: happened}", "")
    tests = tests.replace("shop.give: {returns: 1}", "shop.give: {fails: {message: gone}}")
    tests = tests.partition("expect:")[0] + "expect: {status: failed, undone: [two]}\n"
    kid = f"{KID}      - {{fail: enough}}\n"
    [status, undone] = (await family(tmp_path, tests, kid)).faults
    assert "two was not undone (gone)" in status and undone.startswith("undone was []")
    assert (
        await family(tmp_path, tests.replace("fails: {message: gone}", "returns: 1"), kid)
    ).passed
