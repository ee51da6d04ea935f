"""Tools from the description of an API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from aiohttp import web

from interlock.sdk import InvalidInput, NeedsAttention

from .conftest import Open, Serve, answering, api, echo, written

PETS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "components": {
        "securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "parameters": {
            "Tag": {"name": "tags", "in": "query", "schema": {"type": "array"}, "explode": False}
        },
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
                },
            }
        },
    },
    "paths": {
        "/pets/{petId}": {
            "parameters": [
                {"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "operationId": "getPetById",
                "summary": "One pet",
                "deprecated": True,
                "tags": ["pets"],
                "parameters": [{"$ref": "#/components/parameters/Tag"}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                        }
                    }
                },
            },
            "put": {
                "operationId": "putPet",
                "tags": ["pets"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    },
                },
            },
        },
        "/find": {
            "post": {
                "operationId": "find-pets",
                "parameters": [{"name": "q", "in": "query", "schema": {}}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"oneOf": [{"type": "string"}, {"type": "object"}]}
                        }
                    }
                },
            },
            "get": {"operationId": "broken", "parameters": [{"$ref": "#/components/none"}]},
        },
    },
}


@pytest.fixture
def described(tmp_path: Path) -> Path:
    path = tmp_path / "pets.yaml"
    path.write_text(yaml.safe_dump(PETS))
    return path


async def test_operations_become_tools_with_their_schemas(opened: Open, described: Path) -> None:
    settings = {"description": str(described), "base_url": "http://127.0.0.1:1"}
    runtime = await opened(settings, plugin="openapi")
    names = [tool["name"] for tool in runtime.tools()]
    assert names == ["api.describe_api", "api.find_pets", "api.get_pet_by_id", "api.put_pet"]
    found = runtime.tool("api.get_pet_by_id")
    assert found["description"] == "Deprecated. One pet"
    assert found["facts"]["effect"] == "read"
    assert found["input_schema"]["required"] == ["petId"]
    friends = found["output_schema"]["$defs"]["Pet"]["properties"]["friends"]
    assert friends["items"] == {"$ref": "#/$defs/Pet"}
    put = runtime.tool("api.put_pet")
    assert put["input_schema"]["required"] == ["petId", "name"]
    assert put["facts"]["idempotent"] is True


async def test_what_cannot_be_read_is_left_out_and_told_with_its_pointer(
    opened: Open, described: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"description": str(described), "base_url": "http://127.0.0.1:1"}
    runtime = await opened(settings, plugin="openapi")
    told = await runtime.call("api.describe_api")
    (fault,) = told["left_out"]
    assert fault["pointer"] == "/paths/~1find/get/parameters/0"
    assert fault["reason"] == "'#/components/none' leads nowhere"
    assert "#/paths/~1find/get/parameters/0" in caplog.text


async def test_defaults_of_a_description_are_told_and_not_sent(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    """An update that sent them would make a private repository of GitHub public."""
    changes = {
        "description": {"type": "string"},
        "private": {"type": "boolean", "default": False},
        "page": {"type": "integer", "default": None},
    }
    body = {"content": {"application/json": {"schema": {"properties": changes}}}}
    patch = {"operationId": "update", "requestBody": body}
    document = {"openapi": "3.0.0", "info": {}, "paths": {"/repo": {"patch": patch}}}
    (tmp_path / "api.json").write_text(yaml.safe_dump(document))
    url = await serve({"PATCH /repo": echo})
    settings = {"description": str(tmp_path / "api.json"), "base_url": url}
    runtime = await opened(settings, plugin="openapi")
    told = runtime.tool("api.update")["input_schema"]["properties"]
    assert told["private"]["default"] is False
    answer = await runtime.call("api.update", {"description": "new"})
    assert answer["body"] == '{"description":"new"}'


async def test_calls_are_sent_as_described(serve: Serve, opened: Open, described: Path) -> None:
    url = await serve({"*  /{all:.*}".replace("  ", " "): echo})
    settings = {
        "description": str(described),
        "base_url": f"{url}/v1",
        "credentials": {"Key": "secret"},
    }
    runtime = await opened(settings, plugin="openapi")
    got = await runtime.call("api.get_pet_by_id", {"petId": 7, "tags": ["a", "b"]})
    assert (got["path"], got["query"]) == ("/v1/pets/7", [["tags", "a,b"]])
    assert got["headers"]["x-key"] == "secret"
    put = await runtime.call("api.put_pet", {"petId": 7, "name": "n", "friends": [{"name": "m"}]})
    assert orjson.loads(put["body"]) == {"name": "n", "friends": [{"name": "m"}]}
    sent = await runtime.call("api.find_pets", {"q": "x", "body": "any"})
    assert orjson.loads(sent["body"]) == "any"
    with pytest.raises(InvalidInput, match=r"friends\[0\]: 'name' is a required property"):
        await runtime.call("api.put_pet", {"petId": 7, "name": "n", "friends": [{}]})


async def test_a_description_is_fetched_and_says_where_its_api_is(
    serve: Serve, opened: Open
) -> None:
    async def description(request: web.Request) -> web.StreamResponse:
        return web.json_response({**PETS, "servers": [{"url": "/api/{v}", "variables": {
            "v": {"default": "v2"}}}]})  # fmt: skip

    url = await serve({"GET /openapi.json": description, "GET /api/v2/pets/1": answering("it")})
    runtime = await opened({"description": f"{url}/openapi.json"}, plugin="openapi")
    assert await runtime.call("api.get_pet_by_id", {"petId": 1}) == "it"


@pytest.mark.parametrize(
    ("include", "exclude", "names"),
    [
        (["tag:pets"], [], ["get_pet_by_id", "put_pet"]),
        (["GET *"], [], ["get_pet_by_id"]),
        (["*"], ["*Pet*", "getPetById"], ["find_pets"]),
        (["/find"], [], ["find_pets"]),
    ],
)
async def test_only_what_is_wanted_is_offered(
    opened: Open, described: Path, include: list[str], exclude: list[str], names: list[str]
) -> None:
    settings = {"description": str(described), "base_url": "http://127.0.0.1:1"}
    runtime = await opened({**settings, "include": include, "exclude": exclude}, plugin="openapi")
    offered = {tool["name"] for tool in runtime.tools()} - {"api.describe_api"}
    assert offered == {f"api.{name}" for name in names}


async def test_what_a_description_leaves_open_is_added(
    serve: Serve, opened: Open, described: Path
) -> None:
    url = await serve({"GET /pets/1": answering({"friends": [1, 2]})})
    overlay = {"name": "friends_of", "cacheable": True, "paging": {"kind": "link",
               "items": "friends"}}  # fmt: skip
    settings = {"description": str(described), "base_url": url,
                "operations": {"getPetById": overlay}}  # fmt: skip
    runtime = await opened(settings, plugin="openapi")
    found = await runtime.call("api.friends_of", {"petId": 1})
    assert found == {"items": [1, 2], "truncated": False}
    assert runtime.tool("api.friends_of")["facts"]["cacheable"] is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cannot be read"),
        ("swagger: '2.0'", "is no description in OpenAPI 3.0 to 3.2, but Swagger 2.0"),
        ("openapi: 4.0.0", "but openapi: '4.0.0'"),
        ("- 1", "is no object"),
        ("openapi: 3.0.0\npaths: []", "#/paths is no object"),
        ("openapi: 3.0.0\npaths: {}", "does not say where the API is"),
    ],
)
async def test_a_document_that_is_none_needs_attention(
    opened: Open, tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "d.yaml").write_text(text)
    runtime = await opened({"description": str(tmp_path / "d.yaml")}, plugin="openapi")
    assert reason in runtime.service("api")["reason"]


async def test_names_that_are_not_in_the_description_are_told(
    opened: Open, described: Path
) -> None:
    settings = {"description": str(described), "base_url": "http://127.0.0.1:1"}
    runtime = await opened({**settings, "operations": {"getPetByID": {}}}, plugin="openapi")
    report = runtime.service("api")
    assert "no operation 'getPetByID'" in report["reason"]


async def test_schemas_of_3_0_are_said_in_json_schema(opened: Open, tmp_path: Path) -> None:
    old = {
        "openapi": "3.0.3",
        "servers": [{"url": "http://127.0.0.1:1"}],
        "components": {"schemas": {"Size": {"type": "integer"}}},
        "paths": {
            "/a": {
                "post": {
                    "operationId": "a",
                    "requestBody": {"content": {"application/json": {"schema": {
                        "type": "object",
                        "properties": {
                            "kind": {"type": "string", "nullable": True, "enum": ["x"]},
                            "rate": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
                            "size": {"nullable": True, "$ref": "#/components/schemas/Size"},
                        },
                    }}}},
                }
            }
        },
    }  # fmt: skip
    (tmp_path / "old.json").write_bytes(orjson.dumps(old))
    runtime = await opened({"description": str(tmp_path / "old.json")}, plugin="openapi")
    schema = runtime.tool("api.a")["input_schema"]["properties"]
    assert schema["kind"] == {"type": ["string", "null"], "enum": ["x", None]}
    assert schema["rate"] == {"type": "number", "exclusiveMinimum": 0}
    assert schema["size"] == {"anyOf": [{"$ref": "#/$defs/Size"}, {"type": "null"}]}


async def test_a_scheme_that_is_not_there_needs_attention(opened: Open, described: Path) -> None:
    settings = {"description": str(described), "base_url": "http://127.0.0.1:1"}
    runtime = await opened({**settings, "credentials": {"Token": "x"}}, plugin="openapi")
    assert "no security scheme 'Token'" in runtime.service("api")["reason"]
    with pytest.raises(NeedsAttention, match="there are: Key"):
        await runtime.call("api.describe_api")


async def test_all_credentials_are_sent_and_to_the_api_alone(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    login: list[tuple[dict[str, Any], list[str]]] = []

    async def token(request: web.Request) -> web.StreamResponse:
        login.append((dict(await request.post()), list(request.headers)))
        return web.json_response({"access_token": "t1"})

    async def description(request: web.Request) -> web.StreamResponse:
        assert "X-Tenant" not in request.headers
        return web.json_response(document)

    elsewhere = await serve({"POST /token": token, "GET /api.json": description}, host="127.0.0.2")
    schemes = {
        "App": {"type": "apiKey", "in": "cookie", "name": "app"},
        "User": {"type": "apiKey", "in": "cookie", "name": "user"},
        "Key": {"type": "apiKey", "in": "query", "name": "key"},
        "Login": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": f"{elsewhere}/token", "scopes": {}}},
        },
    }
    url = await serve({"GET /a": echo})
    document = api(url, {}, components={"securitySchemes": schemes})
    settings = {
        "description": f"{elsewhere}/api.json",
        "headers": {"X-Tenant": "hidden"},
        "credentials": {"App": "1", "User": "2", "Key": "3", "Login": "me:secret"},
    }
    runtime = await opened(settings, plugin="openapi")
    got = await runtime.call("api.a")
    assert got["headers"]["cookie"] == "app=1; user=2"
    assert got["headers"]["authorization"] == "Bearer t1"
    assert got["headers"]["x-tenant"] == "hidden"
    assert got["query"] == [["key", "3"]]
    ((form, headers),) = login
    assert form == {"grant_type": "client_credentials"}
    assert "X-Tenant" not in headers


async def test_cookies_of_a_call_and_of_the_credentials_go_together(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"GET /a": echo})
    schemes = {"Key": {"type": "apiKey", "in": "cookie", "name": "key"}}
    cookies: list[Any] = [{"name": name, "in": "cookie", "schema": {}} for name in ("x", "y")]
    document = api(url, {"parameters": cookies}, components={"securitySchemes": schemes})
    settings = {"description": written(tmp_path, document), "credentials": {"Key": "k"}}
    runtime = await opened(settings, plugin="openapi")
    got = await runtime.call("api.a", {"x": "1", "y": "a;b"})
    assert got["headers"]["cookie"] == "x=1; y=a%3Bb; key=k"


async def test_headers_stay_when_the_api_redirects_to_another_host(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    elsewhere = await serve({"GET /a": echo}, host="127.0.0.2")

    async def away(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"{elsewhere}/a")

    url = await serve({"GET /a": away})
    settings = {"description": written(tmp_path, api(url, {})), "headers": {"X-Tenant": "hidden"}}
    runtime = await opened(settings, plugin="openapi")
    assert "x-tenant" not in (await runtime.call("api.a"))["headers"]


async def test_an_operation_may_be_served_elsewhere(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    uploads = await serve({"GET /v2/a": answering("uploads")})
    url = await serve({"GET /a": answering("api")})
    document = api(url, {"servers": [{"url": f"{uploads}/v2"}]})
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    assert await runtime.call("api.a") == "uploads"


async def test_a_base_url_of_the_settings_is_that_of_all_operations(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"GET /a": answering("sandbox")})
    document = api("https://api.example", {"servers": [{"url": "https://up.example"}]})
    settings = {"description": written(tmp_path, document), "base_url": url}
    runtime = await opened(settings, plugin="openapi")
    assert await runtime.call("api.a") == "sandbox"


async def test_a_body_that_is_required_is_sent_even_if_nothing_is_in_it(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"GET /a": echo})
    schema = {"properties": {"n": {"type": "integer"}}}
    wanted = {"required": True, "content": {"application/json": {"schema": schema}}}
    document = api(url, {"requestBody": wanted})
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    assert (await runtime.call("api.a"))["body"] == "{}"


async def test_a_description_at_a_private_address_is_refused(serve: Serve, opened: Open) -> None:
    url = await serve({"GET /api.json": answering({})})
    settings = {"description": f"{url}/api.json"}
    runtime = await opened(settings, plugin="openapi", private=False)
    assert "private address" in runtime.service("api")["reason"]
