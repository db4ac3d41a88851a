"""DeltaTable of delta-spark 3.x without a JVM: its calls become Delta Connect messages."""
import re

from pyspark.sql.connect import functions as F
from pyspark.sql.connect.column import Column
from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.plan import LogicalPlan, SubqueryAlias

from dflab import messages as m


class _DeltaPlan(LogicalPlan):
    """A relation whose body is a DeltaRelation; `body` makes its bytes."""

    def __init__(self, body, child=None):
        super().__init__(child)
        self._body = body

    def plan(self, session):
        relation = self._create_proto_relation()
        relation.extension.type_url = m.RELATION
        relation.extension.value = self._body(session)
        return relation


def _frame(plan, spark):
    # The session came as first argument in early 3.5 and by name since.
    try:
        return DataFrame(plan, session=spark)
    except TypeError:
        return DataFrame.withPlan(plan, spark)


def _run(spark, command):
    import pyspark.sql.connect.proto as proto

    message = proto.Command()
    message.extension.type_url = m.COMMAND
    message.extension.value = command
    spark.client.execute_command(message)


def _condition(value, name):
    if value is None or isinstance(value, Column):
        return value
    if isinstance(value, str):
        return F.expr(value)
    raise TypeError(f"{name} must be a Spark SQL Column or a string (expression in SQL syntax), found to be of type {type(value)}")


def _assignments(mapping, name):
    if mapping is None:
        raise ValueError(f"{name} cannot be None")
    if not isinstance(mapping, dict):
        raise TypeError(f"{name} must be a dict, found to be {type(mapping)}")
    result = []
    for key, value in mapping.items():
        if not isinstance(key, (str, Column)):
            raise TypeError(f"Keys of dict in {name} must contain only Spark SQL Column Expressions or strings, found '{key}' of type '{type(key)}'")
        if not isinstance(value, (str, Column)):
            raise TypeError(f"Values of dict in {name} must contain only Spark SQL Columns or strings (expressions in SQL syntax) as values, found '{value}' of type '{type(value)}'")
        result.append((F.expr(key) if isinstance(key, str) else key, F.expr(value) if isinstance(value, str) else value))
    return result


def _expression(number, column, client):
    return b"" if column is None else m.message(number, column.to_plan(client).SerializeToString())


def _assignment_messages(number, assignments, client):
    return b"".join(m.message(number, _expression(1, field, client) + _expression(2, value, client)) for field, value in assignments)


class DeltaTable:
    """A Delta table, named by path or name."""

    def __init__(self, spark, table, plan=None):
        self._spark = spark
        self._table = table
        self._plan = plan if plan is not None else _DeltaPlan(lambda client: m.message(1, m.message(1, table)))

    @classmethod
    def forPath(cls, sparkSession, path, hadoopConf=dict()):
        table = cls(sparkSession, m.table_by_path(path, hadoopConf))
        _check_delta(sparkSession, f"delta.`{path}`", cls.isDeltaTable(sparkSession, path))
        return table

    @classmethod
    def forName(cls, sparkSession, tableOrViewName):
        table = cls(sparkSession, m.table_by_name(tableOrViewName))
        table.toDF().schema  # raises when there is no such table
        return table

    @classmethod
    def isDeltaTable(cls, sparkSession, identifier):
        plan = _DeltaPlan(lambda client: m.message(6, m.text(1, identifier)))
        return bool(_frame(plan, sparkSession).collect()[0][0])

    @classmethod
    def create(cls, sparkSession=None):
        return DeltaTableBuilder(_session(sparkSession), 1)

    @classmethod
    def createIfNotExists(cls, sparkSession=None):
        return DeltaTableBuilder(_session(sparkSession), 2)

    @classmethod
    def replace(cls, sparkSession=None):
        return DeltaTableBuilder(_session(sparkSession), 3)

    @classmethod
    def createOrReplace(cls, sparkSession=None):
        return DeltaTableBuilder(_session(sparkSession), 4)

    @classmethod
    def convertToDelta(cls, sparkSession, identifier, partitionSchema=None):
        if partitionSchema is not None and not isinstance(partitionSchema, str):
            partitionSchema = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in partitionSchema.fields)
        body = m.text(1, identifier) + (m.text(2, partitionSchema) if partitionSchema else b"")
        _frame(_DeltaPlan(lambda client: m.message(4, body)), sparkSession).collect()
        path = re.match(r"(?i)^\w+\.`(.*)`$", identifier)
        return cls.forPath(sparkSession, path.group(1)) if path else cls.forName(sparkSession, identifier)

    def toDF(self):
        return _frame(self._plan, self._spark)

    def alias(self, aliasName):
        return DeltaTable(self._spark, self._table, SubqueryAlias(self._plan, aliasName))

    def delete(self, condition=None):
        condition = _condition(condition, "'condition'")
        self._execute(lambda client: m.message(7, m.message(1, self._plan.plan(client).SerializeToString()) + _expression(2, condition, client)))

    def update(self, condition=None, set=None):
        condition, assignments = _condition(condition, "'condition'"), _assignments(set, "'set'")
        self._execute(lambda client: m.message(8, m.message(1, self._plan.plan(client).SerializeToString()) + _expression(2, condition, client)
                                                 + _assignment_messages(3, assignments, client)))

    def merge(self, source, condition):
        if condition is None:
            raise ValueError("'condition' in merge cannot be None")
        if not isinstance(source, DataFrame):
            raise TypeError(f"'source' in merge must be a DataFrame, found to be of type {type(source)}.")
        return DeltaMergeBuilder(self._spark, self._plan, source._plan, _condition(condition, "'condition'"))

    def history(self, limit=None):
        frame = _frame(_DeltaPlan(lambda client: m.message(2, m.message(1, self._table))), self._spark)
        return frame if limit is None else frame.limit(limit)

    def detail(self):
        return _frame(_DeltaPlan(lambda client: m.message(3, m.message(1, self._table))), self._spark)

    def restoreToVersion(self, version):
        return self._facts(lambda client: m.message(5, m.message(1, self._table) + m.integer(2, version)))

    def restoreToTimestamp(self, timestamp):
        return self._facts(lambda client: m.message(5, m.message(1, self._table) + m.text(3, timestamp)))

    def vacuum(self, retentionHours=None):
        import struct

        hours = b"" if retentionHours is None else m.varint(2 << 3 | 1) + struct.pack("<d", float(retentionHours))
        _run(self._spark, m.message(2, m.message(1, self._table) + hours))
        return self._spark.createDataFrame([], "path STRING")

    def generate(self, mode):
        _run(self._spark, m.message(4, m.message(1, self._table) + m.text(2, mode)))

    def upgradeTableProtocol(self, readerVersion, writerVersion):
        _run(self._spark, m.message(3, m.message(1, self._table) + m.integer(2, readerVersion) + m.integer(3, writerVersion)))

    def addFeatureSupport(self, featureName):
        _run(self._spark, m.message(6, m.message(1, self._table) + m.text(2, featureName)))

    def optimize(self):
        return DeltaOptimizeBuilder(self._spark, self._table)

    def _execute(self, body):
        # The server runs the statement each time it is asked about the plan: it is asked once, and not for its schema.
        return _frame(_DeltaPlan(body), self._spark).collect()

    def _facts(self, body):
        rows = self._execute(body)
        return self._spark.createDataFrame([tuple(row) for row in rows], list(rows[0].__fields__))


def _session(spark):
    if spark is not None:
        return spark
    from pyspark.sql import SparkSession

    return SparkSession.builder.getOrCreate()


def _check_delta(spark, name, is_delta):
    if not is_delta:
        from pyspark.errors import AnalysisException

        raise AnalysisException(f"[DELTA_MISSING_DELTA_TABLE] {name} is not a Delta table.")


class DeltaMergeBuilder:
    def __init__(self, spark, target, source, condition):
        self._spark, self._target, self._source, self._on = spark, target, source, condition
        self._clauses = {4: [], 5: [], 6: []}
        self._evolves = False

    def _add(self, number, condition, action):
        condition = _condition(condition, "'condition'")
        self._clauses[number].append(lambda client: _expression(1, condition, client) + action(client))
        return self

    def whenMatchedUpdate(self, condition=None, set=None):
        assignments = _assignments(set, "'set' in whenMatchedUpdate")
        return self._add(4, condition, lambda client: m.message(3, _assignment_messages(1, assignments, client)))

    def whenMatchedUpdateAll(self, condition=None):
        return self._add(4, condition, lambda client: m.message(4, b""))

    def whenMatchedDelete(self, condition=None):
        return self._add(4, condition, lambda client: m.message(2, b""))

    def whenNotMatchedInsert(self, condition=None, values=None):
        assignments = _assignments(values, "'values' in whenNotMatchedInsert")
        return self._add(5, condition, lambda client: m.message(5, _assignment_messages(1, assignments, client)))

    def whenNotMatchedInsertAll(self, condition=None):
        return self._add(5, condition, lambda client: m.message(6, b""))

    def whenNotMatchedBySourceUpdate(self, condition=None, set=None):
        assignments = _assignments(set, "'set' in whenNotMatchedBySourceUpdate")
        return self._add(6, condition, lambda client: m.message(3, _assignment_messages(1, assignments, client)))

    def whenNotMatchedBySourceDelete(self, condition=None):
        return self._add(6, condition, lambda client: m.message(2, b""))

    def withSchemaEvolution(self):
        self._evolves = True
        return self

    def execute(self):
        def body(client):
            merge = m.message(1, self._target.plan(client).SerializeToString()) + m.message(2, self._source.plan(client).SerializeToString())
            merge += _expression(3, self._on, client)
            for number, clauses in self._clauses.items():
                merge += b"".join(m.message(number, clause(client)) for clause in clauses)
            return m.message(9, merge + (m.integer(7, 1) if self._evolves else b""))

        _frame(_DeltaPlan(body), self._spark).collect()


class DeltaTableBuilder:
    def __init__(self, spark, mode):
        self._spark, self._mode = spark, mode
        self._parts, self._columns, self._properties = {}, [], {}
        self._partitions, self._clusters = [], []

    def tableName(self, identifier):
        self._parts[2] = identifier
        return self

    def location(self, location):
        self._parts[3] = location
        return self

    def comment(self, comment):
        self._parts[4] = comment
        return self

    def addColumn(self, colName, dataType, nullable=True, generatedAlwaysAs=None, generatedByDefaultAs=None, comment=None):
        from pyspark.sql.connect.types import pyspark_types_to_proto_types
        from pyspark.sql.types import _parse_datatype_string

        if generatedByDefaultAs is not None or (generatedAlwaysAs is not None and not isinstance(generatedAlwaysAs, str)):
            raise TypeError("identity columns are not there over Spark Connect")
        if isinstance(dataType, str):
            dataType = self._spark.createDataFrame([], f"c {dataType}").schema[0].dataType
        column = m.text(1, colName) + m.message(2, pyspark_types_to_proto_types(dataType).SerializeToString()) + m.integer(3, 1 if nullable else 0)
        column += m.text(4, generatedAlwaysAs) if generatedAlwaysAs else b""
        column += m.text(5, comment) if comment else b""
        self._columns.append(column)
        return self

    def addColumns(self, cols):
        if isinstance(cols, list) and not all(hasattr(c, "dataType") for c in cols):
            raise TypeError("Column list must contain StructField")
        for field in cols:
            self.addColumn(field.name, field.dataType, field.nullable)
        return self

    def partitionedBy(self, *cols):
        self._partitions += list(cols[0]) if len(cols) == 1 and isinstance(cols[0], (list, tuple)) else list(cols)
        return self

    def clusterBy(self, *cols):
        self._clusters += list(cols[0]) if len(cols) == 1 and isinstance(cols[0], (list, tuple)) else list(cols)
        return self

    def property(self, key, value):
        self._properties[key] = value
        return self

    def execute(self):
        body = m.integer(1, self._mode) + b"".join(m.text(number, value) for number, value in sorted(self._parts.items()))
        body += b"".join(m.message(5, column) for column in self._columns)
        body += b"".join(m.text(6, name) for name in self._partitions)
        body += b"".join(m.map_entry(7, key, value) for key, value in self._properties.items())
        body += b"".join(m.text(8, name) for name in self._clusters)
        _run(self._spark, m.message(5, body))
        if 2 in self._parts:
            return DeltaTable.forName(self._spark, self._parts[2])
        return DeltaTable.forPath(self._spark, self._parts[3])


class DeltaOptimizeBuilder:
    def __init__(self, spark, table):
        self._spark, self._table, self._filters = spark, table, []

    def where(self, partitionFilter):
        self._filters.append(partitionFilter)
        return self

    def executeCompaction(self):
        return self._execute([])

    def executeZOrderBy(self, *cols):
        return self._execute(list(cols[0]) if len(cols) == 1 and isinstance(cols[0], (list, tuple)) else list(cols))

    def _execute(self, columns):
        body = m.message(1, self._table) + b"".join(m.text(2, f) for f in self._filters) + b"".join(m.text(3, c) for c in columns)
        return _frame(_DeltaPlan(lambda client: m.message(10, body)), self._spark)
