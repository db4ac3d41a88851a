"""`%%sql`: a cell of SQL, its rows as a table."""
import argparse
import html
import shlex
import time

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand
from IPython.display import display

from dflab import sql_text

MOST_ROWS = 100  # shown, unless -n says otherwise
_NUMBERS = {"byte", "short", "integer", "long", "float", "double"}


class _Options(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(f"%%sql: {message}\n{self.format_usage()}")

    def exit(self, status=0, message=None):
        raise UsageError("that was the help; there was nothing to run")


_OPTIONS = _Options("%%sql", add_help=False)
_OPTIONS.add_argument("-o", "--output", metavar="NAME", help="keep the result of the last statement as this DataFrame")
_OPTIONS.add_argument("-p", "--pandas", action="store_true", help="keep it as a DataFrame of pandas")
_OPTIONS.add_argument("-n", "--rows", type=int, default=MOST_ROWS, metavar="ROWS", help=f"rows to show ({MOST_ROWS})")
_OPTIONS.add_argument("-q", "--quiet", action="store_true", help="show nothing")
_OPTIONS.add_argument("-h", "--help", action="help", help="show this")


def split_line(line):
    """The options that a line begins with, and the SQL behind them."""
    words, rest = [], line.strip()
    while rest.startswith("-") and not rest.startswith("--") or rest.startswith(("--output", "--pandas", "--rows", "--quiet", "--help")):
        word, _, rest = rest.partition(" ")
        rest = rest.lstrip()
        words.append(word)
        if word in ("-o", "--output", "-n", "--rows") and rest:
            value, _, rest = rest.partition(" ")
            words.append(shlex.split(value)[0] if value else value)
            rest = rest.lstrip()
    options = _OPTIONS.parse_args(words)
    if options.output is not None and not options.output.isidentifier():
        raise UsageError(f"%%sql: {options.output} is no name of a variable")
    if options.pandas and options.output is None:
        raise UsageError("%%sql: --pandas says how -o NAME keeps the result")
    if options.rows < 0:
        raise UsageError("%%sql: --rows is a number of rows")
    return options, rest


@magics_class
class SqlMagics(Magics):
    @no_var_expand
    @line_cell_magic
    def sql(self, line, cell=None):
        """Runs SQL in the Spark session of this notebook and shows the rows of the last statement.

        %%sql [-o NAME [--pandas]] [-n ROWS] [-q]
        SELECT * FROM sales WHERE day = :day AND region IN {{regions}}

        `:name` is a parameter of Spark: the variable `name` of the notebook is bound to it. `{{name}}` writes the variable as a literal (a list
        as `(1, 2)`, a DataFrame as the name of a view of it), `{{name | identifier}}` as the name of a table or column. Values are never read as
        SQL. Statements are separated by semicolons.
        """
        options, rest = split_line(line)
        statements = sql_text.statements(f"{rest}\n{cell}" if cell is not None else rest)
        if not statements:
            raise UsageError("%%sql: there is no SQL in this cell")
        began = time.monotonic()
        for statement in statements:
            frame = self._run(statement)
        if options.output is not None:
            self.shell.user_ns[options.output] = frame.toPandas() if options.pandas else frame
        if not options.quiet:
            _show(frame, options.rows, began)

    def _session(self):
        from pyspark.sql import SparkSession

        named = self.shell.user_ns.get("spark")
        return named if hasattr(named, "createDataFrame") else SparkSession.builder.getOrCreate()

    def _run(self, statement):
        session = self._session()
        try:
            written = sql_text.with_values(statement, lambda name: self._value(session, name))
        except ValueError as problem:
            raise UsageError(f"%%sql: {problem}") from None
        bound = {name: self.shell.user_ns[name] for name in sql_text.markers(written) if name in self.shell.user_ns}
        try:
            return session.sql(written, args=bound) if bound else session.sql(written)
        except Exception as problem:
            # Where in pyspark it was raised helps nobody who wrote SQL.
            raise problem.with_traceback(None) from None

    def _value(self, session, name):
        if name not in self.shell.user_ns:
            raise ValueError(f"There is no variable {name}")
        value = self.shell.user_ns[name]
        if not hasattr(value, "columns"):
            return value
        frame = value if hasattr(value, "createOrReplaceTempView") else session.createDataFrame(value)
        view = f"_cell_{name}"
        frame.createOrReplaceTempView(view)
        return sql_text.Name(view)


class Table:
    """Rows as a cell shows them: HTML for notebooks, lines for consoles and saved results."""

    def __init__(self, schema, rows, has_more, seconds):
        self._schema, self._rows, self._seconds = schema, rows, seconds
        count = f"the first {len(rows):,} rows (-n shows more)" if has_more else f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
        self._caption = f"{count}, {seconds:.2f} s"

    def __repr__(self):
        names = [field.name for field in self._schema]
        lines = [[_short(value) for value in row] for row in self._rows]
        widths = [max([len(name), *(len(line[at]) for line in lines)]) for at, name in enumerate(names)]
        text = ["  ".join(f"{word:<{width}}" for word, width in zip(line, widths)).rstrip() for line in [names, ["-" * width for width in widths], *lines]]
        return "\n".join([*text, self._caption])

    def _repr_html_(self):
        right = ["text-align:right" if field.dataType.typeName() in _NUMBERS or field.dataType.typeName().startswith("decimal") else "text-align:left" for field in self._schema]
        head = "".join(f"<th style='{style}' title='{html.escape(field.dataType.simpleString(), quote=True)}'>{html.escape(field.name)}</th>" for field, style in zip(self._schema, right))
        body = "".join("<tr>" + "".join(f"<td style='{style}'>{_cell(value)}</td>" for value, style in zip(row, right)) + "</tr>" for row in self._rows)
        return f"<div style='max-height:32em;overflow:auto'><table class='dataframe'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div><small>{self._caption}</small>"


def _text_of(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (bytes, bytearray)):
        return value.hex(" ").upper()
    if isinstance(value, tuple) and hasattr(value, "asDict"):  # a Row
        return "{" + ", ".join(f"{name}: {_text_of(each)}" for name, each in zip(value.__fields__, value)) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text_of(key)}: {_text_of(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_text_of, value)) + "]"
    return str(value)


def _short(value):
    text = _text_of(value).replace("\n", " ")
    return text if len(text) <= 60 else text[:59] + "…"


def _cell(value):
    return "<span style='opacity:.5'>NULL</span>" if value is None else html.escape(_text_of(value))


def _show(frame, most, began):
    schema = frame.schema
    if not schema.fields:
        print(f"Done, {time.monotonic() - began:.2f} s")
        return
    rows = frame.limit(most + 1).collect()
    display(Table(schema, rows[:most], len(rows) > most, time.monotonic() - began))
