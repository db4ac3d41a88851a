"""What a Connect session can do besides queries: interrupting, cloning, artifacts, observing, checkpoints, error details."""

import threading
import time
import uuid

import pytest
from conftest import VERSION, connect


def run_in_thread(body):
    """Starts the body; the answer gives what it raised, and the seconds it took from now."""
    box = {}

    def target():
        try:
            box["value"] = body()
        except Exception as error:  # the test looks at it
            box["error"] = error

    thread = threading.Thread(target=target)
    thread.start()

    def wait():
        started = time.monotonic()
        thread.join(60)
        assert not thread.is_alive()
        return box.get("error"), time.monotonic() - started

    return wait


def long_query(spark):
    return spark.range(0, 10**13).selectExpr("sum(id * 3 % 7)").collect()


def wait_until_something_runs(spark, interrupt):
    """Interrupts until the server says that it reached something."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := interrupt():
            return found
        time.sleep(0.1)
    raise AssertionError("nothing ran")


def test_interrupt_all_ends_a_running_statement_promptly(remote):
    spark = connect(remote)
    wait = run_in_thread(lambda: long_query(spark))
    assert len(wait_until_something_runs(spark, spark.interruptAll)) == 1
    error, seconds = wait()
    assert "OPERATION_CANCELED" in str(error)
    assert seconds < 10
    assert spark.range(3).count() == 3


def test_interrupt_tag_leaves_others_alone(remote):
    spark = connect(remote)

    def tagged():
        spark.addTag("slow")
        try:
            return long_query(spark)
        finally:
            spark.removeTag("slow")

    wait = run_in_thread(tagged)
    assert spark.interruptTag("other") == []
    wait_until_something_runs(spark, lambda: spark.interruptTag("slow"))
    error, _ = wait()
    assert "OPERATION_CANCELED" in str(error)
    assert spark.getTags() == set()


@pytest.mark.only("spark42")
def test_progress_is_told_while_a_statement_runs(remote):
    spark = connect(remote)
    told = []
    handler = lambda stages, inflight_tasks, operation_id, done: told.append((stages, inflight_tasks, operation_id, done))  # noqa: E731
    rows, seconds = 120_000_000, 0.0
    # Short statements are over before there is anything to tell: a fast machine gets more rows.
    while seconds < 2:
        told.clear()
        began = time.monotonic()
        spark.registerProgressHandler(handler)
        spark.range(0, rows).selectExpr("sum(id * 3 % 7 + id % 11)").collect()
        spark.removeProgressHandler(handler)
        seconds, rows = time.monotonic() - began, rows * 4
    running = [entry for entry in told if not entry[3]]
    assert running and told[-1][3]
    assert len({operation_id for *_, operation_id, _ in told}) == 1
    for stages, inflight_tasks, _, _ in running:
        assert inflight_tasks >= 0
        for stage in stages:
            assert 0 <= stage.num_completed_tasks <= stage.num_tasks
    completed = [sum(stage.num_completed_tasks for stage in stages) for stages, *_ in running]
    assert completed == sorted(completed)
    so_far = len(told)
    spark.range(1).count()
    assert len(told) == so_far


@pytest.mark.only("spark42")
def test_a_cloned_session_has_views_and_settings_of_its_own(remote):
    spark = connect(remote)
    spark.range(3).createOrReplaceTempView("shared")
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    clone = spark.cloneSession()
    assert clone.table("shared").count() == 3
    assert clone.conf.get("spark.sql.shuffle.partitions") == "7"
    clone.range(5).createOrReplaceTempView("shared")
    assert (spark.table("shared").count(), clone.table("shared").count()) == (3, 5)
    with pytest.raises(Exception, match="TARGET_SESSION_ID_ALREADY_EXISTS"):
        spark.cloneSession(clone.session_id)
    with pytest.raises(Exception, match="TARGET_SESSION_ID_FORMAT"):
        spark.cloneSession("no uuid")


@pytest.mark.only("spark42")
def test_a_released_session_is_closed_for_good(remote):
    spark = connect(remote)
    spark.range(1).count()
    spark.client.release_session()
    with pytest.raises(Exception, match="SESSION_CLOSED"):
        spark.range(1).count()


def test_artifacts_are_kept_by_name_and_not_overwritten(remote, tmp_path):
    spark = connect(remote)
    module = tmp_path / f"module_{uuid.uuid4().hex}.py"
    module.write_text("x = 1\n")
    spark.addArtifacts(str(module), pyfile=True)
    spark.addArtifacts(str(module), pyfile=True)
    module.write_text("x = 2\n")
    with pytest.raises(Exception, match="already exists"):
        spark.addArtifacts(str(module), pyfile=True)


@pytest.mark.only("spark42")
def test_observed_metrics_arrive_with_the_action(remote):
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    spark = connect(remote)
    seen = Observation("seen")
    frame = spark.range(10).observe(seen, F.count(F.lit(1)).alias("rows"), F.max("id").alias("highest"), F.collect_list("id").alias("all"))
    assert frame.filter("id < 4").count() == 4
    assert seen.get == {"rows": 10, "highest": 9, "all": list(range(10))}
    with pytest.raises(Exception, match="INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE"):
        spark.range(3).observe(Observation("wrong"), F.col("id")).collect()


@pytest.mark.only("spark42")
def test_observed_metrics_arrive_with_a_write(remote, place):
    from pyspark.sql import Observation
    from pyspark.sql import functions as F

    spark = connect(remote)
    seen = Observation()
    spark.range(10).observe(seen, F.sum("id").alias("total")).write.parquet(place + "/observed")
    assert seen.get == {"total": 45}


@pytest.mark.only("spark42")
def test_a_checkpoint_keeps_the_rows_that_were(remote, place, monkeypatch):
    from pyspark.sql import functions as F

    spark = connect(remote)
    # The client looks for its frame in the active session, which is the first one that was made.
    monkeypatch.setattr(type(spark)._active_session, "session", spark)
    spark.range(3).write.parquet(place + "/t")
    frame = spark.read.parquet(place + "/t").withColumn("r", F.rand())
    kept = frame.localCheckpoint()
    spark.range(100).write.mode("overwrite").parquet(place + "/t")
    assert kept.count() == 3
    assert kept.orderBy("id").collect() == kept.orderBy("id").collect()
    assert kept.select(kept.id, kept["r"]).columns == ["id", "r"]
    counted = frame.select().checkpoint()
    assert counted.count() == 100
    # They release what the server keeps; at the interpreter's end nobody would answer.
    del kept, counted


@pytest.mark.only("spark42")
def test_sql_names_frames(remote):
    spark = connect(remote)
    frame = spark.range(3)
    assert [r.id for r in spark.sql("SELECT id FROM {f} WHERE id > :low ORDER BY id", {"low": 0}, f=frame).collect()] == [1, 2]
    assert spark.sql("SELECT count(*) AS n FROM {a} JOIN {b} USING (id)", a=frame, b=spark.range(2)).first().n == 2


def test_errors_tell_class_condition_state_parameters_and_place(remote):
    from pyspark.errors import AnalysisException, ParseException

    spark = connect(remote)
    with pytest.raises(AnalysisException) as caught:
        spark.sql("SELECT nope FROM VALUES (1) AS t(a)").collect()
    error = caught.value
    if VERSION == "v42":
        assert error.getCondition() == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
        assert error.getSqlState() == "42703"
        assert error.getMessageParameters() == {"objectName": "`nope`", "proposal": "`a`"}
        (place,) = error.getQueryContext()
        assert (place.fragment(), place.startIndex(), place.stopIndex()) == ("nope", 7, 10)
    else:
        assert "[UNRESOLVED_COLUMN.WITH_SUGGESTION]" in str(error)
    with pytest.raises(ParseException):
        spark.sql("SELEC 1")


@pytest.mark.only("spark42")
def test_there_are_no_models_to_clean(remote):
    spark = connect(remote)
    clean = spark.client._execute_plan_request_with_metadata().plan.command
    clean.ml_command.clean_cache.SetInParent()
    _, properties, _ = spark.client.execute_command(clean)
    assert properties["ml_command_result"].param.integer == 0
