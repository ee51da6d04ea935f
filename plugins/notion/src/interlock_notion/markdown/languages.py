"""Names of programming languages that Notion takes.

Source: https://developers.notion.com/reference/block#code
"""

from __future__ import annotations

_KNOWN = frozenset(
    """abap|abc|agda|arduino|ascii art|assembly|bash|basic|bnf|c|c#|c++|clojure|coffeescript|coq|css
    |dart|dhall|diff|docker|ebnf|elixir|elm|erlang|f#|flow|fortran|gherkin|glsl|go|graphql|groovy
    |haskell|hcl|html|idris|java|javascript|json|julia|kotlin|latex|less|lisp|livescript|llvm ir|lua
    |makefile|markdown|markup|matlab|mathematica|mermaid|nix|notion formula|objective-c|ocaml|pascal
    |perl|php|plain text|powershell|prolog|protobuf|purescript|python|r|racket|reason|ruby|rust|sass
    |scala|scheme|scss|shell|smalltalk|solidity|sql|swift|toml|typescript|vb.net|verilog|vhdl
    |visual basic|webassembly|xml|yaml""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
_ALIASES = {
    "py": "python",
    "js": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "sh": "shell",
    "console": "shell",
    "zsh": "shell",
    "yml": "yaml",
    "md": "markdown",
    "rb": "ruby",
    "rs": "rust",
    "golang": "go",
    "dockerfile": "docker",
    "make": "makefile",
    "cpp": "c++",
    "cs": "c#",
    "csharp": "c#",
    "fsharp": "f#",
    "kt": "kotlin",
    "tex": "latex",
    "objc": "objective-c",
    "ps1": "powershell",
    "proto": "protobuf",
    "terraform": "hcl",
    "svg": "xml",
}


def language_of(info: str) -> str:
    """Notion's name for a fence's info string; ``plain text`` where it has none.

    Two-word names ("visual basic") count as well as the first word alone.
    """
    said = info.strip().lower()
    for name in (said, said.split(" ")[0]):
        name = _ALIASES.get(name, name)
        if name in _KNOWN:
            return name
    return "plain text"
