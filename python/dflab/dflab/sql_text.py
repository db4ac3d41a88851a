"""SQL as people write it in cells: statements one after another, with values of Python in them that stay values."""
import datetime
import decimal
import re

# Quoted texts and names, comments, and what separates statements; whatever is in the first four is left alone.
_PIECES = re.compile(
    r"""(?P<text>(?<!\w)[rR](?:'[^']*'|"[^"]*")|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"""|(?P<name>`(?:[^`]|``)*`)"""
    r"""|(?P<comment>--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<end>;)"""
    r"""|(?P<value>\{\{.*?\}\})"""
    r"""|(?P<marker>(?<![:\w\])]):[A-Za-z_]\w*)""",
    re.DOTALL,
)
_VALUE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*(?:\|\s*(\w+)\s*)?\}\}")
# What SQL may read as more than a letter of a text; `${…}` is a setting's value.
_TELLING = re.compile(r"['\"\\]|\$\{")
_SCRIPT = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*BEGIN\b", re.IGNORECASE | re.DOTALL)


class Name(str):
    """The name of a table or column, which is no text."""


def statements(text):
    """The statements of a cell, without the semicolons between them. A script (BEGIN … END) is one."""
    if _SCRIPT.match(text):
        return [text.strip().rstrip(";")]
    found, begin = [], 0
    for piece in _PIECES.finditer(text):
        if piece.lastgroup == "end":
            found.append(text[begin : piece.start()])
            begin = piece.end()
    found.append(text[begin:])
    return [each.strip() for each in found if _is_statement(each)]


def _is_statement(text):
    return bool(_PIECES.sub(lambda piece: "" if piece.lastgroup == "comment" else "x", text).strip())


def markers(statement):
    """The names of the parameters (`:name`) of a statement."""
    return {piece.group()[1:] for piece in _PIECES.finditer(statement) if piece.lastgroup == "marker"}


def with_values(statement, find):
    """Puts in the values that `{{name}}` names. They become literals, `{{name | identifier}}` and `{{name}}` between backticks become
    quoted names: what a value says is never read as SQL. `find` gives a name's value and raises KeyError."""

    def replace(piece):
        if piece.lastgroup == "value":
            return _VALUE.sub(lambda found: _written(found, find), _checked(piece.group()))
        if piece.lastgroup == "text":
            return _VALUE.sub(lambda found: _inside_text(found, find), piece.group())
        if piece.lastgroup == "name":
            return _VALUE.sub(lambda found: str(find(found[1])).replace("`", "``"), piece.group())
        return piece.group()

    return _PIECES.sub(replace, statement)


def _checked(piece):
    if not _VALUE.fullmatch(piece):
        raise ValueError(f"{piece} is not {{{{name}}}} or {{{{name | identifier}}}}: only variables are put into SQL")
    return piece


def _written(found, find):
    name, form = found[1], found[2]
    if form is None:
        return literal(find(name))
    if form == "identifier":
        return identifier(str(find(name)))
    raise ValueError(f"{{{{{name} | {form}}}}}: the only form besides a value is `identifier`")


def _inside_text(found, find):
    value = str(find(found[1]))
    if _TELLING.search(value):
        raise ValueError(f"The value of {found[1]} has quotes or backslashes: write {{{{{found[1]}}}}} without quotes around it")
    return value


def identifier(text):
    """`a.b` as two quoted names; parts that are quoted already stay as they are."""
    parts = re.findall(r"`(?:[^`]|``)*`|[^.`]+", text)
    if not parts or ".".join(parts) != text:
        raise ValueError(f"{text!r} is no name of a table or column")
    return ".".join(part if part.startswith("`") else f"`{part}`" for part in parts)


def literal(value):
    """A value of Python as SQL writes it."""
    for kinds, write in _LITERALS:
        if isinstance(value, kinds):
            return write(value)
    if hasattr(value, "tolist"):  # numbers and arrays of numpy, columns of pandas
        return literal(value.tolist())
    raise ValueError(f"A {type(value).__name__} has no literal in SQL")


def _text_literal(value):
    # Quotes and backslashes mean different things with different settings; bytes always mean the same.
    if _TELLING.search(value):
        return f"CAST(X'{value.encode().hex()}' AS STRING)"
    return f"'{value}'"


def _number_literal(text):
    # Behind a minus another one would begin a comment.
    return f"({text})" if text.startswith("-") else text


def _float_literal(value):
    return f"CAST('{float(value)!r}' AS DOUBLE)"


def _moment_literal(value):
    kind = "TIMESTAMP_NTZ" if value.tzinfo is None else "TIMESTAMP"
    return f"{kind}'{value.isoformat(sep=' ')}'"


def _list_literal(values):
    if not values:
        raise ValueError("An empty list has no literal in SQL")
    return "(" + ", ".join(literal(each) for each in values) + ")"


# In this order: a bool is an int, a datetime is a date.
_LITERALS = [
    (type(None), lambda value: "NULL"),
    (bool, lambda value: "TRUE" if value else "FALSE"),
    (int, lambda value: _number_literal(str(value))),
    (float, _float_literal),
    (decimal.Decimal, lambda value: _number_literal(f"{value:f}BD")),
    (Name, lambda value: identifier(value)),
    (str, _text_literal),
    ((bytes, bytearray), lambda value: f"X'{bytes(value).hex()}'"),
    (datetime.datetime, _moment_literal),
    (datetime.date, lambda value: f"DATE'{value.isoformat()}'"),
    ((list, tuple, set), _list_literal),
]
