"""Pictures as SVG that follow the page: its colours in light and dark, its letters.

The same numbers give the same bytes: ids come from a fixed salt, and no date or version is
written. Inside the page, colours of the palette become the page's own CSS variables.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, LINE, LEADING, SECOND, THIRD, TINT = (
    "#1d2b2b",
    "#5a6a6a",
    "#cfd6d3",
    "#0f5e5b",
    "#b4530f",
    "#6a55a8",
    "#bcd9d4",
)
_VARIABLES = {
    INK: "--ink",
    SOFT: "--soft",
    LINE: "--line",
    LEADING: "--leading",
    SECOND: "--second",
    THIRD: "--third",
    TINT: "--tint",
}
_STYLE: Any = {
    "svg.hashsalt": "framsynt",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": 9,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.labelcolor": INK,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
}


@dataclass(frozen=True)
class Picture:
    """``name``: of the file, and of ids in it. ``alt``: what somebody who cannot see it is
    told. ``svg``: a whole SVG document."""

    name: str
    alt: str
    svg: str

    @property
    def inline(self) -> str:
        """The drawing as an element of a page: its ids its own, its colours the page's."""
        body = self.svg[self.svg.index("<svg") :]
        body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
        body = _own_ids(body, self.name)
        for colour, variable in _VARIABLES.items():
            body = body.replace(colour, f"var({variable})")
        box = re.search(r'viewBox="[^"]*"', body)
        assert box is not None, "every drawing has a viewBox"
        head = f'<svg {box.group()} role="img" aria-label="{escape(self.alt, quote=True)}">'
        return head + body[body.index(">") + 1 :].strip()


def picture(
    name: str,
    alt: str,
    draw: Callable[[list[Axes]], None],
    *,
    size: tuple[float, float] = (5.2, 3.5),
    heights: tuple[float, ...] = (1.0,),
    columns: int = 1,
) -> Picture:
    """Draws with ``draw`` on axes of relative ``heights``, in ``columns`` (rows first).

    ``size`` in inches; at 5.2 wide, letters are as large on a phone as on paper.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # Deprecations inside the library are nothing that whoever trains can act on.
        warnings.simplefilter("ignore")
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots(
            len(heights), columns, squeeze=False, gridspec_kw={"height_ratios": heights}
        )
        draw(list(axes.ravel()))
        for ax in figure.axes:
            ax.patch.set_visible(False)
        figure.patch.set_visible(False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(name, alt, out.getvalue())


def percent_axis(axis: Any) -> None:
    """Shares as whole per cent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))


def _own_ids(svg: str, name: str) -> str:
    """Ids that are referred to get the drawing's name in front; the others go."""
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))

    def rename(match: re.Match[str]) -> str:
        return f' id="{name}-{match.group(1)}"' if match.group(1) in used else ""

    svg = re.sub(r'\sid="([^"]*)"', rename, svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    return re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', svg)
