"""What is changed in pyspark and delta-spark once they are imported."""
from dflab import progress


def _without_master(builder_class):
    config, master = builder_class.config, getattr(builder_class, "master", None)

    def patched_config(self, key=None, value=None, *, conf=None, map=None):
        if key == "spark.master":
            return self
        if map is not None:
            map = {k: v for k, v in map.items() if k != "spark.master"}
        if conf is not None:
            # A SparkConf may name a master as well.
            map = {**{k: v for k, v in conf.getAll() if k != "spark.master"}, **(map or {})}
            conf = None
        if map is not None:
            return config(self, map=map)
        return config(self, key, value)

    builder_class.config = patched_config
    if master is not None:
        builder_class.master = lambda self, master: self


def patch_classic_session(module):
    """`SparkSession(sc)`: the session of that context."""
    from dflab.context import ConnectContext

    session_class = module.SparkSession
    _without_master(session_class.Builder)

    def new(cls, sparkContext=None, *_, **__):
        return sparkContext._session if isinstance(sparkContext, ConnectContext) else object.__new__(cls)

    session_class.__new__ = staticmethod(new)


def patch_classic_context(module):
    """`SparkContext(…)` and `SparkContext.getOrCreate()`: the context of the Connect session; there is no JVM to start."""

    def settings(conf):
        return {key: value for key, value in conf.getAll() if key != "spark.master"} if conf is not None else {}

    def get_or_create(cls, conf=None):
        from pyspark.sql import SparkSession

        return SparkSession.builder.config(map=settings(conf)).getOrCreate().sparkContext

    def new(cls, master=None, appName=None, *_, conf=None, **__):
        from pyspark.sql import SparkSession

        options = settings(conf)
        if appName is not None:
            options["spark.app.name"] = appName
        return SparkSession.builder.config(map=options).getOrCreate().sparkContext

    module.SparkContext.getOrCreate = classmethod(get_or_create)
    module.SparkContext.__new__ = staticmethod(new)


def patch_connect_session(module):
    from dflab.context import ConnectContext

    session_class = module.SparkSession
    builder_class = getattr(session_class, "Builder", None)
    if builder_class is not None:
        _without_master(builder_class)

    def spark_context(self):
        context = self.__dict__.get("_dflab_context")
        if context is None:
            context = self.__dict__["_dflab_context"] = ConnectContext(self)
        return context

    # A property of the class is found before __getattr__, which would refuse the name.
    session_class.sparkContext = property(spark_context)
    progress.patch_connect_session(session_class)


def patch_connect_client(module):
    progress.patch_connect_client(module)


def patch_delta_tables(module):
    try:
        import delta.connect  # noqa: F401  delta-spark 4.x speaks Connect by itself

        return
    except ImportError:
        pass
    from dflab import delta_tables

    module.DeltaTable = delta_tables.DeltaTable
    module.DeltaMergeBuilder = delta_tables.DeltaMergeBuilder
    module.DeltaTableBuilder = delta_tables.DeltaTableBuilder
    module.DeltaOptimizeBuilder = delta_tables.DeltaOptimizeBuilder


def patch_task_runners(module):
    """`SequentialTaskRunner` of Prefect 2, which later ones do not have: one worker."""
    if hasattr(module, "SequentialTaskRunner"):
        return

    class SequentialTaskRunner(module.ThreadPoolTaskRunner):
        def __init__(self, max_workers=1):
            super().__init__(max_workers=1)

    module.SequentialTaskRunner = SequentialTaskRunner
