r"""Formulas as MathML, which browsers draw without a script.

They are written in the part of TeX that the pages use: letters, numbers, operators, `^`, `_`, braces, \frac, \sqrt,
\text, \hat, \bar, \left and \right with one fence each, and the names in the tables below.
"""

import re
from html import escape

IDENTIFIERS = {
    **{"epsilon": "ε", "lambda": "λ", "mu": "μ", "rho": "ρ", "sigma": "σ"},
    **{name: name for name in ("log", "exp", "sign", "clip", "softmax", "tanh", "median")},
}
OPERATORS = {
    **{"ast": "∗", "cdot": "·", "times": "×", "le": "≤", "ge": "≥", "in": "∈", "leftarrow": "←", "to": "→", "pm": "±"},
    **{"prime": "′", "top": "⊤", "dots": "…", "uparrow": "↑", "downarrow": "↓", "|": "‖", "{": "{", "}": "}"},
}
WITH_LIMITS = {"sum": "∑", "min": "min", "max": "max"}
ACCENTS = {"hat": "^", "bar": "¯"}
SPACES = {",": "0.2em", "quad": "1.5em"}
TOKEN = re.compile(r"\s*(\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S)")


def mathml(tex: str, block: bool = False) -> str:
    """MathML of a formula.

    Args:
        tex: the formula, without dollar signs.
        block: whether it stands on a line of its own.

    Raises:
        ValueError: it holds a command that is not known, or a brace without its other.
    """
    display = ' display="block"' if block else ""
    return f"<math{display}>{_Reader(tex).row('')}</math>"


class _Reader:
    """Reads a formula from its start."""

    def __init__(self, tex: str):
        self.tex = tex.strip()
        self.place = 0

    def next(self) -> str:
        """The next token, which stays; nothing at the end."""
        match = TOKEN.match(self.tex, self.place)
        return match[1] if match else ""

    def take(self) -> str:
        """The next token, which is passed."""
        match = TOKEN.match(self.tex, self.place)
        if match is None:
            raise ValueError(f"the formula ends too early: {self.tex}")
        self.place = match.end()
        return match[1]

    def row(self, end: str) -> str:
        """All up to a token, which is passed."""
        parts = []
        while self.next() != end:
            parts.append(self.scripted())
        if end:
            self.take()
        return f"<mrow>{''.join(parts)}</mrow>"

    def scripted(self) -> str:
        """One part with what is above and below it."""
        limits = self.next()[1:] in WITH_LIMITS
        base, scripts = self.one(), {}
        while self.next() in ("_", "^"):
            sign = self.take()
            scripts[sign] = self.one()
        if not scripts:
            return base
        tag = {"_": "munder", "^": "mover"} if limits else {"_": "msub", "^": "msup"}
        both = "munderover" if limits else "msubsup"
        tag = both if len(scripts) == 2 else tag[next(iter(scripts))]
        return f"<{tag}>{base}{''.join(scripts[sign] for sign in '_^' if sign in scripts)}</{tag}>"

    def one(self) -> str:
        """One part."""
        token = self.take()
        if token == "{":
            return self.row("}")
        if token.startswith("\\"):
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        return f"<mi>{token}</mi>" if token.isalpha() else _operator("−" if token == "-" else token)

    def command(self, name: str) -> str:
        """What a command stands for."""
        if name in IDENTIFIERS:
            return f"<mi>{IDENTIFIERS[name]}</mi>"
        if name in OPERATORS:
            return _operator(OPERATORS[name])
        if name in WITH_LIMITS:
            return f"<mo>{WITH_LIMITS[name]}</mo>"
        if name in SPACES:
            return f'<mspace width="{SPACES[name]}"/>'
        if name in ACCENTS:
            return f'<mover accent="true">{self.one()}<mo>{ACCENTS[name]}</mo></mover>'
        if name == "frac":
            return f"<mfrac>{self.one()}{self.one()}</mfrac>"
        if name == "sqrt":
            return f"<msqrt>{self.one()}</msqrt>"
        if name == "text":
            end = self.tex.index("}", self.place)
            text, self.place = self.tex[self.place + 1 : end], end + 1
            return f"<mtext>{escape(text)}</mtext>"
        if name == "left":
            return f"<mrow>{self.fence()}{self.row(chr(92) + 'right')}{self.fence()}</mrow>"
        raise ValueError(f"\\{name} is not one of the commands that docs/tools/mathml.py knows: {self.tex}")

    def fence(self) -> str:
        """A bracket as high as what it encloses."""
        token = self.take()
        return f'<mo stretchy="true">{escape(OPERATORS.get(token[1:], token))}</mo>'


def _operator(sign: str) -> str:
    return f'<mo stretchy="false">{escape(sign)}</mo>'
