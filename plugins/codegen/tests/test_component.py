"""Components made by hand: props, variants, states, semantics, names."""

from typing import Any

import pytest

from interlock.sdk import InvalidInput
from interlock_codegen.package import assemble
from interlock_codegen.service import make_component, make_screens


def box(width: float = 100, height: float = 40, x: float = 0, y: float = 0) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


def a_node(of: str = "frame", **fields: Any) -> dict[str, Any]:
    sizing = {"horizontal": "fixed", "vertical": "fixed"}
    return {"id": "1:1", "name": "Layer", "type": of, "box": box(), "sizing": sizing, **fields}


def a_text(text: str = "Hello", **fields: Any) -> dict[str, Any]:
    style = {"align": "left", "valign": "top", "resize": "hug"}
    hug = {"horizontal": "hug", "vertical": "hug"}
    given = {"name": "Words", "text": text, "text_box": style, "sizing": hug, "id": "1:9"}
    return a_node("text", **{**given, **fields})


def a_row(*children: Any, **fields: Any) -> dict[str, Any]:
    layout = {"mode": "row", "justify": "start", "align": "center", "gap": 8}
    return a_node(layout=layout, children=list(children), **fields)


def variant(tree: Any, **values: str) -> dict[str, Any]:
    name = ", ".join(f"{key}={value}" for key, value in values.items())
    return {"id": f"v:{name}", "name": name, "values": values, "tree": tree}


def code_of(
    variants: list[Any],
    props: tuple[Any, ...] | list[Any] = (),
    styles: Any = None,
    **fields: Any,
) -> str:
    component = {
        "id": "9:9",
        "name": "Thing",
        "identifier": "Thing",
        "description": "",
        "props": props,
        "variants": variants,
        "styles": styles or {},
        **fields,
    }
    return str(make_component(component, fields.get("tokens"))["files"]["components/Thing.tsx"])


def choice(name: str, *options: str) -> dict[str, Any]:
    return {
        "key": name,
        "name": name,
        "identifier": name.lower(),
        "type": "variant",
        "default": options[0],
        "options": list(options),
    }


def prop(name: str, kind: str, default: Any) -> dict[str, Any]:
    key = f"{name}#1:1"
    return {"key": key, "name": name, "identifier": name, "type": kind, "default": default}


def test_auto_layout_becomes_flex_and_never_absolute() -> None:
    code = code_of([variant(a_row(a_text(), a_text("there", id="1:8")))])

    assert "flex" in code
    assert "items-center" in code
    assert "gap-2" in code
    assert "absolute" not in code


def test_a_fill_has_no_width_of_its_own() -> None:
    fill = {"horizontal": "fill", "vertical": "hug"}

    code = code_of([variant(a_row(a_text(sizing=fill)))])

    assert '<p className="flex-1 min-w-0">Hello</p>' in code


def test_boxes_without_layout_follow_their_constraints() -> None:
    rules = {"horizontal": "stretch", "vertical": "bottom"}
    child = a_node(box=box(60, 10, 20, 30), constraints=rules, id="1:2")

    code = code_of([variant(a_node(children=[child]))])

    assert "absolute inset-x-5 bottom-0 h-[" not in code
    assert "inset-x-5 bottom-0 min-h" not in code
    assert "absolute inset-x-5 bottom-0 h-2.5" in code


def test_a_text_property_replaces_the_characters() -> None:
    text = a_text(bindings={"text": "label#1:1"})

    code = code_of([variant(a_row(text))], [prop("label", "text", "Hello")])

    assert "label?: string;" in code
    assert 'label = "Hello"' in code
    assert ">{label}</p>" in code


def test_a_boolean_property_shows_a_layer() -> None:
    text = a_text(bindings={"visible": "note#1:1"}, hidden=True)

    code = code_of([variant(a_row(text))], [prop("note", "boolean", False)])

    assert "note = false" in code
    assert "{note && (" in code


def test_a_hidden_layer_that_nothing_shows_is_left_out() -> None:
    assert "Hello" not in code_of([variant(a_row(a_text(hidden=True)))])


def test_a_swap_takes_a_node() -> None:
    icon = a_node("instance", bindings={"swap": "icon#1:1"}, id="1:3")

    code = code_of([variant(a_row(icon))], [prop("icon", "instance_swap", "7:7")])

    assert "icon?: ReactNode;" in code
    assert "{icon ?? (" in code
    assert 'import type { ReactNode } from "react";' in code


def test_variants_are_a_union_and_their_differences_a_table() -> None:
    small, large = a_row(a_text(), box=box(80)), a_row(a_text(), box=box(120))

    code = code_of([variant(small, Size="S"), variant(large, Size="L")], [choice("Size", "S", "L")])

    assert 'size?: "S" | "L";' in code
    assert 'const layerClasses = {\n  S: "w-20",\n  L: "w-30",\n};' in code
    assert "${layerClasses[size]}" in code


def test_variants_of_different_structure_are_told_apart() -> None:
    plain, rich = a_row(a_text("A")), a_row(a_text("B"), a_text("C", id="1:8"))

    code = code_of(
        [variant(plain, Kind="Plain"), variant(rich, Kind="Rich")],
        [choice("Kind", "Plain", "Rich")],
    )

    assert "switch (kind)" in code
    assert 'case "Rich":' in code


def test_states_are_css_and_no_property() -> None:
    styles = {
        "fill_1": {"paints": [{"type": "solid", "color": "#ffffff"}]},
        "fill_2": {"paints": [{"type": "solid", "color": "#000000"}]},
    }
    variants = [
        variant(a_row(a_text(), fill="fill_1"), State="Default"),
        variant(a_row(a_text(fill="fill_2"), fill="fill_2"), State="Hover"),
        variant(a_row(a_text(), fill="fill_1", opacity=0.5), State="Disabled"),
    ]

    code = code_of(variants, [choice("State", "Default", "Hover", "Disabled")], styles)

    assert "state" not in code
    assert "<button" in code
    assert "hover:bg-black" in code
    assert "group-hover:text-black" in code
    assert "disabled:opacity-50" in code
    assert "disabled={disabled}" in code


def test_tokens_are_used_where_a_style_is_bound() -> None:
    styles = {"fill_1": {"paints": [{"type": "solid", "color": "#ff0000"}], "style": "S:1"}}
    tokens = {"references": {"color:S:1": "brand"}}
    component = {"identifier": "Thing", "props": [], "styles": styles}
    component |= {"id": "1", "name": "Thing", "variants": [variant(a_node(fill="fill_1"))]}

    made = make_component(component, tokens)

    assert "bg-brand" in made["files"]["components/Thing.tsx"]


def test_markup_in_texts_is_text() -> None:
    code = code_of([variant(a_row(a_text('Say "<b>" & {x} \\ */')))])

    assert '{"Say \\"<b>\\" & {x} \\\\ */"}' in code


@pytest.mark.parametrize(
    ("name", "tag"),
    [("Primary button", "<button"), ("Footer link", "<a "), ("Nav bar", "<nav"), ("Card", "<div")],
)
def test_names_tell_what_a_layer_means(name: str, tag: str) -> None:
    assert tag in code_of([variant(a_row(a_text()))], name=name)


def test_a_field_carries_its_text_as_placeholder() -> None:
    field = a_row(a_text("E-mail"), name="Search field", id="1:5")

    code = code_of([variant(a_row(field))])

    assert 'placeholder="E-mail"' in code
    assert "<label" in code


def test_a_label_over_a_field_is_its_label() -> None:
    field = a_row(a_text("you@acme.test"), name="Box", id="1:5", stroke="stroke_1")
    styles = {"stroke_1": {"paints": [{"type": "solid", "color": "#000000"}], "width": 1}}
    styles["stroke_1"]["align"] = "inside"

    code = code_of(
        [variant(a_row(a_text("E-mail", id="1:6"), field))], name="Text field", styles=styles
    )

    assert ">E-mail</span>" in code
    assert '<input type="text" placeholder="you@acme.test" className' in code


@pytest.mark.parametrize(
    ("name", "role"), [("Check box", "checkbox"), ("Toggle", "switch"), ("Radio", "radio")]
)
def test_what_is_on_or_off_says_so(name: str, role: str) -> None:
    knob = a_node(id="1:4")

    code = code_of(
        [variant(a_row(knob), On="No"), variant(a_row(knob, gap=2), On="Yes")],
        [choice("On", "No", "Yes")],
        name=name,
    )

    assert f'role="{role}" aria-checked={{on === "Yes"}}' in code
    assert f'aria-label="{name}"' in code


def test_texts_that_lead_somewhere_are_links() -> None:
    box = {"align": "left", "valign": "top", "resize": "hug", "href": "https://example.com/a"}
    whole = a_text("Read on", text_box=box)
    named = a_text("Docs", name="Nav link", id="1:8")
    evil = a_text("No", text_box={**box, "href": "javascript:alert(1)"}, id="1:7")

    code = code_of([variant(a_row(whole, named, evil))])

    assert '<a href="https://example.com/a">Read on</a>' in " ".join(code.split())
    assert '<a href="/">Docs</a>' in " ".join(code.split())
    assert "javascript" not in code


def test_large_figures_are_no_headings() -> None:
    styles = {
        "large": {"family": "Inter", "size": 48, "weight": 700},
        "small": {"family": "Inter", "size": 16, "weight": 400},
    }
    texts = [
        a_text("$49", text_style="large", id="1:2"),
        a_text("Prices of today", text_style="large", id="1:3"),
        a_text("Words that run on and on", text_style="small", id="1:4"),
    ]

    code = code_of([variant(a_row(*texts))], styles=styles)

    assert ">Prices of today</h1>" in code
    assert ">$49</p>" in code


def test_classes_that_say_the_same_are_one() -> None:
    rules = {"horizontal": "stretch", "vertical": "stretch"}
    filling = a_node(box=box(100, 40), constraints=rules, id="1:2", radius=8)

    code = code_of([variant(a_node(children=[filling], box=box(40, 40)))])

    assert "size-10" in code
    assert "rounded-lg" in code


def test_a_border_leaves_no_padding_below_nothing() -> None:
    styles = {"line": {"paints": [{"type": "solid", "color": "#000000"}], "width": 2}}
    styles["line"]["align"] = "inside"
    layout = {"mode": "row", "justify": "start", "align": "start"}

    assert "-p-" not in code_of([variant(a_node(layout=layout, stroke="line"))], styles=styles)


def test_padding_beside_a_border_keeps_its_token() -> None:
    styles = {"line": {"paints": [{"type": "solid", "color": "#000000"}], "width": 2}}
    styles["line"]["align"] = "inside"
    layout = {"mode": "row", "justify": "start", "align": "start", "padding": [8, 8, 8, 8]}
    bound = {f"padding{side}": "V:1" for side in ("Top", "Right", "Bottom", "Left")}
    tree = a_node(layout=layout, stroke="line", variables=bound, children=[a_text()])

    code = code_of(
        [variant(tree)], styles=styles, tokens={"references": {"spacing:V:1": "space-8"}}
    )

    assert "p-[calc(var(--spacing-space-8)-2px)]" in code


def test_outlines_are_as_fine_as_a_thousandth_of_a_pixel() -> None:
    path = {"d": "M10.666666666666666 3.95117e-08L-1.5.5Z", "fill": None}
    shape = {"id": "1:2", "name": "Path", "x": 0, "y": 0, "width": 9, "height": 9, "paths": [path]}

    code = code_of([variant(a_node("vector", shapes=[shape]))])

    assert 'd="M10.667 0L-1.5 0.5Z"' in code


def test_a_part_of_a_picture_is_shown_as_it_was_cropped() -> None:
    crop = [[0.5, 0, 0.25], [0, 0.8, 0]]
    paint = {"type": "image", "ref": "abc", "scale": "stretch", "crop": crop}

    code = code_of(
        [variant(a_row(a_node("rectangle", name="Team", id="1:2", fill="photo")))],
        styles={"photo": {"paints": [paint]}},
    )

    assert 'role="img" aria-label="Team"' in code
    assert "bg-[length:200%_125%]" in code
    assert "bg-[position:50%_0%]" in code


def test_node_ids_are_only_in_exam_builds() -> None:
    given = {"identifier": "Thing", "props": [], "styles": {}, "id": "1", "name": "Thing"}
    given["variants"] = [variant(a_node())]

    plain = make_component(given, None)["files"]["components/Thing.tsx"]
    marked = make_component(given, None, None, True)["files"]["components/Thing.tsx"]

    assert "data-node-id" not in plain
    assert 'data-node-id={nodeId ?? "1:1"}' in marked


def test_what_is_no_component_is_refused() -> None:
    with pytest.raises(InvalidInput, match="identifier"):
        make_component({"name": "x"}, None)


def a_design(*nodes: Any) -> dict[str, Any]:
    return {"styles": {}, "pages": [{"id": "0:1", "name": "Page", "nodes": list(nodes)}]}


def test_loose_layers_in_a_row_share_a_screen_and_frames_have_their_own() -> None:
    at = {"x": 5, "y": 5}
    loose = [a_text("One", kind="text", at=at), a_text("Two", kind="text", at={"x": 5, "y": 50})]
    frame = a_row(a_text("Three"), kind="frame", at=at, name="Home")

    screens = make_screens(a_design(*loose, frame), None)

    assert [screen["name"] for screen in screens] == ["Page", "HomeScreen"]


def test_components_get_no_screen_and_keep_their_names() -> None:
    at = {"x": 0, "y": 0}
    component = a_row(a_text(), kind="component", at=at, id="7:1", name="Home")
    frame = a_row(a_text(), kind="frame", at=at, name="Home")

    screens = make_screens(
        a_design(component, frame),
        None,
        None,
        [{"id": "7:1", "identifier": "HomeScreen", "props": [], "variants": []}],
    )

    assert [screen["name"] for screen in screens] == ["HomeScreen2"]


def test_a_package_has_index_docs_theme_and_types() -> None:
    screens = make_screens(a_design(a_row(a_text(), kind="frame", at={"x": 0, "y": 0})), None)

    made = assemble(
        screens, {"css": "@theme {}\n", "dtcg": {"a": 1}, "typescript": "export {};\n"}, "Kit"
    )

    assert made["files"]["index.ts"] == 'export * from "./screens/LayerScreen";\n'
    assert "docs/LayerScreen.md" in made["files"]
    assert made["files"]["theme.css"].endswith("@theme {}\n")
    assert {"package.json", "tsconfig.json", "README.md", "tokens.json"} <= set(made["files"])


def test_two_parts_of_one_name_are_refused() -> None:
    screens = make_screens(a_design(a_row(a_text(), kind="frame", at={"x": 0, "y": 0})), None)

    with pytest.raises(InvalidInput, match="LayerScreen"):
        assemble([*screens, *screens], None, "Kit")


def drawn(*shapes: Any, **fields: Any) -> dict[str, Any]:
    return a_node("vector", shapes=list(shapes), box=box(16, 16), **fields)


def shape(identity: str, **fields: Any) -> dict[str, Any]:
    given = {"id": identity, "name": "Shape", "x": 0, "y": 0, "width": 16, "height": 16}
    return {**given, "paths": [{"d": "M0 0L16 8L0 16Z", "fill": "ink"}], **fields}


INK = {"ink": {"paints": [{"type": "solid", "color": "#ff0000"}]}}


def test_shapes_are_seen_through_their_mask() -> None:
    tree = drawn(shape("1:2", mask="outline"), shape("1:3", masked_by=[[0]]), shape("1:4"))

    code = code_of([variant(tree)], styles=INK)

    assert '<clipPath id="mask-1-2">' in code
    assert '<g clipPath="url(#mask-1-2)">' in code
    behind = code.partition("<g clipPath")[2].partition("</g>")
    assert (behind[0].count("<path"), behind[2].count("<path")) == (1, 1)


def test_a_mask_that_is_not_an_outline_is_one_of_svg() -> None:
    tree = drawn(shape("1:2", mask="luminance"), shape("1:3", masked_by=[[0]]))

    code = code_of([variant(tree)], styles=INK)

    assert '<mask id="mask-1-2">' in code
    assert '<g mask="url(#mask-1-2)">' in code


def test_a_box_shows_its_children_through_a_shape_and_a_gradient() -> None:
    fade = {"type": "linear", "css": "linear-gradient(180deg, #000000 0%, #00000000 100%)"}
    window = a_node("group", clip=True, clip_path="M0 0L9 9Z", children=[a_text()])
    window["mask"] = {"kind": "alpha", "paint": fade}

    code = code_of([variant(window)])

    assert "[clip-path:path('M0_0L9_9Z')]" in code
    assert "[mask-image:linear-gradient(180deg,#000000_0%,#00000000_100%)]" in code


GRADIENT = {"type": "linear", "css": "linear-gradient(90deg, #f00 0%, #00f 100%)", "stops": []}


def test_a_gradient_stroke_is_a_ring_cut_out_of_the_gradient() -> None:
    line = {"paints": [GRADIENT], "align": "inside", "width": 2}

    code = code_of([variant(a_row(a_text(), stroke="line", radius=8))], styles={"line": line})

    assert "before:bg-[linear-gradient(90deg,#f00_0%,#00f_100%)]" in code
    assert "before:p-[2px]" in code
    assert "before:rounded-[inherit]" in code
    assert "relative" in code


def test_a_picture_is_adjusted_and_a_tile_keeps_its_scale() -> None:
    picture = {"type": "image", "ref": "abc", "scale": "cover", "opacity": 0.5}
    picture["filter"] = "saturate(0)"
    tile = {"type": "image", "ref": "abc", "scale": "tile", "tile_scale": 0.5}
    boxes = [a_node("rectangle", id=f"1:{n}", fill=n) for n in ("picture", "tile")]

    code = code_of(
        [variant(a_row(*boxes))],
        styles={"picture": {"paints": [picture]}, "tile": {"paints": [tile]}},
    )

    assert "[filter:saturate(0)_opacity(0.5)]" in code
    assert "[background-image:image-set('/assets/abc.png'_2x)]" in code


def test_paragraphs_and_lists_among_them_are_what_they_are() -> None:
    lines = [{"kind": kind, "indent": 1} for kind in ("none", "unordered", "unordered", "none")]
    text = a_text("Intro\none\ntwo\nend", lists=lines)
    text["text_box"] = {**text["text_box"], "paragraph_gap": 8}

    code = code_of([variant(a_row(text))])

    assert '<p className="mb-2">Intro</p>' in code
    assert '<ul className="list-disc">' in code
    assert code.count("<li") == 2
    assert "<p>end</p>" in code


def test_what_scrolls_can_be_reached() -> None:
    row = a_row(*(a_node(id=f"1:{n}", box=box(400)) for n in range(3)), scrolls="x", clip=True)
    row["box"] = box(800)

    code = code_of([variant(row)])

    assert "overflow-x-auto" in code
    assert "tabIndex={scrollTabIndex}" in code
    assert "max-md:flex" not in code


def test_items_that_are_no_boxes_themselves_overlap_as_well() -> None:
    photo = {"paints": [{"type": "image", "ref": "abc", "scale": "cover"}]}
    faces = [a_node(id=f"1:{n}", fill="photo") for n in range(3)]
    row = a_row(*faces, name="Face list")
    row["layout"]["gap"] = -8

    code = code_of([variant(row)], styles={"photo": photo})

    assert "[&>.contents:not(:last-child)>*]:-mr-2" in code


def test_what_hugs_more_than_there_is_room_for_stands_out_as_drawn() -> None:
    wide = a_text(box=box(140, 20))

    code = code_of([variant(a_row(wide))])

    assert "w-max shrink-0 max-md:w-auto max-md:shrink" in code


def test_what_is_placed_starts_at_the_edge_of_a_box_whose_border_takes_room() -> None:
    dot = a_node("rectangle", id="1:2", box=box(10, 10, 10, 6), position="absolute")
    row = a_row(a_text(), dot, stroke="line")
    row["layout"]["strokes_take_space"] = True
    line = {"paints": [{"type": "solid", "color": "#000000"}], "align": "inside", "width": 2}

    code = code_of([variant(row)], styles={"line": line})

    assert "left-2 top-1" in code


def test_a_field_that_hugs_its_text_is_as_wide_as_it() -> None:
    code = code_of([variant(a_row(a_text("Search")))], name="Search bar")

    assert "field-sizing-content" in code


def test_what_hugs_and_clips_keeps_its_height_in_a_column() -> None:
    inner = a_row(a_text(box=box(140, 20)), clip=True, radius=8, id="1:2")
    inner["sizing"] = {"horizontal": "fixed", "vertical": "hug"}
    column = a_row(inner, box=box(100, 10))
    column["layout"]["mode"] = "column"

    code = code_of([variant(column)])

    assert "overflow-hidden" in code
    assert "shrink-0" in code.partition("overflow-hidden")[0].rpartition("<div")[2]


def test_dashes_on_some_sides_are_a_border_over_the_box() -> None:
    stroke = {"align": "inside", "widths": [0, 0, 1, 0], "dash": [4, 4]}
    styles = {"s": {**stroke, "paints": [{"type": "solid", "color": "#dddddd"}]}}

    code = code_of([variant(a_row(a_text(), stroke="s"))], styles=styles)

    assert "before:border-b before:border-dashed before:border-[#dddddd]" in code
    assert "relative" in code and "shadow" not in code
