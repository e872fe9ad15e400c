"""Words are put into the templates when these are compiled: a page says hundreds of them, and
in one language they are always the same."""

from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup


class SaidOnce(Environment):
    """Templates of one language. ``_("key")`` becomes its text, and ``_("key", n=…)`` a text to
    fill in, as the extension i18n would say them. A key that no catalogue has is an error."""

    catalogue: Any = None

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        said: nodes.Template = _Saying(self.catalogue).visit(parsed)
        return said


class _Saying(NodeTransformer):
    def __init__(self, catalogue: Any) -> None:
        self._catalogue = catalogue

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  (named by the library)
        self.generic_visit(node)
        is_text = isinstance(node.node, nodes.Name) and node.node.name == "_"
        if not is_text or not isinstance(node.args[0], nodes.Const):
            return node
        text = Markup(self._catalogue.gettext(node.args[0].value))
        if not node.kwargs:
            return nodes.Const(text % {}, lineno=node.lineno)
        filled = [nodes.Pair(nodes.Const(k.key), k.value) for k in node.kwargs]
        return nodes.Mod(
            nodes.Const(text, lineno=node.lineno),
            nodes.Dict(filled, lineno=node.lineno),
            lineno=node.lineno,
        )
