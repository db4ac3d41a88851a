"""Functions whose body is SQL outlive the session and the lab that made them; temporary ones neither."""

import pytest
from conftest import VERSION, connect, leave

pytestmark = pytest.mark.skipif(VERSION != "v42", reason="Spark 3.5 has no functions of SQL")


def test_functions_of_a_database_are_there_after_a_restart(own_lab):
    spark = connect(own_lab.start().remote)
    spark.sql("CREATE TABLE visits AS SELECT * FROM VALUES ('eu', 3), ('eu', 4), ('us', 9) AS t(region, n)")
    spark.sql("CREATE FUNCTION visits_in(place STRING) RETURNS BIGINT RETURN SELECT sum(n) FROM visits WHERE region = place")
    spark.sql("CREATE FUNCTION visits_over(least INT DEFAULT 3) RETURNS TABLE (region STRING, n INT) RETURN SELECT region, n FROM visits WHERE n > least")
    spark.sql("CREATE VIEW busy AS SELECT region, visits_in(region) AS total FROM (SELECT DISTINCT region FROM visits)")
    spark.sql("CREATE TEMPORARY FUNCTION passing() RETURNS INT RETURN 1")
    leave(spark)
    own_lab.stop()
    own_lab.start()
    spark = connect(own_lab.remote)
    spark.sql("CREATE DATABASE elsewhere")
    spark.sql("USE elsewhere")
    assert spark.sql("SELECT default.visits_in('eu') AS n").collect()[0].n == 7
    assert [tuple(row) for row in spark.sql("SELECT * FROM default.visits_over() ORDER BY n").collect()] == [("eu", 4), ("us", 9)]
    with pytest.raises(Exception) as failure:
        spark.sql("SELECT passing()").collect()
    assert failure.value.getCondition() == "UNRESOLVED_ROUTINE"
    assert spark.sql("SELECT * FROM default.busy WHERE region = 'us'").collect()[0].total == 9
    leave(spark)
