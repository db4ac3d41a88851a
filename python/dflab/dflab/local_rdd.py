"""`parallelize` and `textFile` without a cluster: lists with the RDD methods that teaching notebooks use."""
import functools
import itertools
import random


class Broadcast:
    """A value for all tasks: they run here, so it is the value itself."""

    def __init__(self, value):
        self.value = value

    def unpersist(self, blocking=False):
        pass

    def destroy(self, blocking=False):
        del self.value


class Accumulator:
    def __init__(self, value, accum_param=None):
        self.value = value
        self._param = accum_param

    def add(self, term):
        self.value = self._param.addInPlace(self.value, term) if self._param is not None else self.value + term

    def __iadd__(self, term):
        self.add(term)
        return self


class LocalRdd:
    """A list with RDD methods. The rows are the client's own; nothing is distributed."""

    def __init__(self, session, rows, num_slices=None):
        self._session = session
        self._rows = rows
        self._num_slices = num_slices

    def _with(self, rows):
        return LocalRdd(self._session, rows, self._num_slices)

    def __getattr__(self, name):
        raise AttributeError(f"RDD.{name} is not there over Spark Connect; use the DataFrame API instead")

    # What gives values.
    def collect(self):
        return list(self._rows)

    def toLocalIterator(self, prefetchPartitions=False):
        return iter(list(self._rows))

    def collectAsMap(self):
        return dict(self._rows)

    def count(self):
        return len(self._rows)

    def countByValue(self):
        counts = {}
        for row in self._rows:
            counts[row] = counts.get(row, 0) + 1
        return counts

    def countByKey(self):
        return self.map(lambda pair: pair[0]).countByValue()

    def first(self):
        if not self._rows:
            raise ValueError("RDD is empty")
        return self._rows[0]

    def take(self, num):
        return self._rows[:num]

    def top(self, num, key=None):
        return sorted(self._rows, key=key, reverse=True)[:num]

    def takeOrdered(self, num, key=None):
        return sorted(self._rows, key=key)[:num]

    def takeSample(self, withReplacement, num, seed=None):
        chooser = random.Random(seed)
        return chooser.choices(self._rows, k=num) if withReplacement else chooser.sample(self._rows, min(num, len(self._rows)))

    def isEmpty(self):
        return not self._rows

    def reduce(self, f):
        if not self._rows:
            raise ValueError("Can not reduce() empty RDD")
        return functools.reduce(f, self._rows)

    def fold(self, zeroValue, op):
        return functools.reduce(op, self._rows, zeroValue)

    def aggregate(self, zeroValue, seqOp, combOp):
        return functools.reduce(seqOp, self._rows, zeroValue)

    def sum(self):
        return sum(self._rows)

    def max(self, key=None):
        return max(self._rows, key=key) if key else max(self._rows)

    def min(self, key=None):
        return min(self._rows, key=key) if key else min(self._rows)

    def mean(self):
        return sum(self._rows) / len(self._rows)

    def lookup(self, key):
        return [value for other, value in self._rows if other == key]

    def foreach(self, f):
        for row in self._rows:
            f(row)

    def foreachPartition(self, f):
        for part in self.glom().collect():
            f(iter(part))

    def getNumPartitions(self):
        return self._num_slices or 1

    # What gives another RDD.
    def map(self, f, preservesPartitioning=False):
        return self._with([f(row) for row in self._rows])

    def filter(self, f):
        return self._with([row for row in self._rows if f(row)])

    def flatMap(self, f, preservesPartitioning=False):
        return self._with([item for row in self._rows for item in f(row)])

    def mapPartitions(self, f, preservesPartitioning=False):
        return self._with([item for part in self.glom().collect() for item in f(iter(part))])

    def glom(self):
        """The rows cut into as many parts as Spark would make."""
        parts, size = self.getNumPartitions(), len(self._rows)
        return self._with([self._rows[i * size // parts : (i + 1) * size // parts] for i in range(parts)])

    def distinct(self, numPartitions=None):
        return self._with(list(dict.fromkeys(self._rows)))

    def union(self, other):
        return self._with(self._rows + list(other))

    __add__ = union

    def intersection(self, other):
        others = set(other)
        return self._with([row for row in dict.fromkeys(self._rows) if row in others])

    def subtract(self, other, numPartitions=None):
        others = set(other)
        return self._with([row for row in self._rows if row not in others])

    def cartesian(self, other):
        return self._with(list(itertools.product(self._rows, other)))

    def zip(self, other):
        return self._with(list(zip(self._rows, other)))

    def zipWithIndex(self):
        return self._with([(row, i) for i, row in enumerate(self._rows)])

    def sortBy(self, keyfunc, ascending=True, numPartitions=None):
        return self._with(sorted(self._rows, key=keyfunc, reverse=not ascending))

    def sample(self, withReplacement, fraction, seed=None):
        chooser = random.Random(seed)
        if withReplacement:
            return self._with(chooser.choices(self._rows, k=round(fraction * len(self._rows))) if self._rows else [])
        return self._with([row for row in self._rows if chooser.random() < fraction])

    def keyBy(self, f):
        return self.map(lambda row: (f(row), row))

    def groupBy(self, f, numPartitions=None, partitionFunc=None):
        return self.keyBy(f).groupByKey()

    # Of pairs.
    def keys(self):
        return self.map(lambda pair: pair[0])

    def values(self):
        return self.map(lambda pair: pair[1])

    def mapValues(self, f):
        return self.map(lambda pair: (pair[0], f(pair[1])))

    def flatMapValues(self, f):
        return self.flatMap(lambda pair: [(pair[0], item) for item in f(pair[1])])

    def sortByKey(self, ascending=True, numPartitions=None, keyfunc=lambda key: key):
        return self.sortBy(lambda pair: keyfunc(pair[0]), ascending)

    def groupByKey(self, numPartitions=None, partitionFunc=None):
        result = {}
        for key, value in self._rows:
            result.setdefault(key, []).append(value)
        return self._with(list(result.items()))

    def reduceByKey(self, func, numPartitions=None, partitionFunc=None):
        return self.groupByKey().mapValues(lambda values: functools.reduce(func, values))

    def join(self, other, numPartitions=None):
        right = dict(LocalRdd(self._session, list(other)).groupByKey().collect())
        return self._with([(key, (value, match)) for key, value in self._rows for match in right.get(key, [])])

    def leftOuterJoin(self, other, numPartitions=None):
        right = dict(LocalRdd(self._session, list(other)).groupByKey().collect())
        return self._with([(key, (value, match)) for key, value in self._rows for match in right.get(key, [None])])

    # What changes nothing here.
    def cache(self):
        return self

    def persist(self, storageLevel=None):
        return self

    def unpersist(self, blocking=False):
        return self

    def repartition(self, numPartitions):
        return LocalRdd(self._session, self._rows, numPartitions)

    def coalesce(self, numPartitions, shuffle=False):
        return LocalRdd(self._session, self._rows, min(numPartitions, self.getNumPartitions()))

    def setName(self, name):
        return self

    def toDF(self, schema=None, sampleRatio=None):
        return self._session.createDataFrame(self._rows, schema)

    def __iter__(self):
        return iter(self._rows)
