"""Writers of one Delta table at the same moment: both land, or one is told what it met; never is a change lost."""

import itertools
import re
import threading

import pytest
from conftest import connect, leave

CONFLICTS = {"DELTA_CONCURRENT_APPEND", "DELTA_CONCURRENT_DELETE_READ", "DELTA_CONCURRENT_DELETE_DELETE", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED",
             "DELTA_CONCURRENT_WRITE"}


def condition_of(error):
    """The condition of an error, without what 4.x names behind the dot."""
    found = re.search(r"\[([A-Z][A-Z_0-9]+)", str(error))
    return found.group(1) if found else str(error)[:60]


def at_once(*actions):
    """Runs the actions at the same moment; what each raised, or None."""
    barrier = threading.Barrier(len(actions))
    outcomes = [None] * len(actions)

    def run(number, action):
        try:
            barrier.wait()
            action()
        except Exception as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def sessions(lab):
    made = [connect(lab.remote), connect(lab.remote)]
    yield made
    for session in made:
        leave(session)


# Each change: what it does to rows {id: (n, p)}, and how.
CHANGES = {
    "append": (lambda rows, who: {**rows, 100 + who: (0, 0)}, lambda s, t, who: s.sql(f"INSERT INTO {t} VALUES ({100 + who}, 0, 0)")),
    "update": (lambda rows, who: {i: (n + 1 if i == 1 else n, p) for i, (n, p) in rows.items()}, lambda s, t, who: s.sql(f"UPDATE {t} SET n = n + 1 WHERE id = 1")),
    "delete": (lambda rows, who: {i: row for i, row in rows.items() if i != 1}, lambda s, t, who: s.sql(f"DELETE FROM {t} WHERE id = 1")),
    "delete_other": (lambda rows, who: {i: row for i, row in rows.items() if row[1] != 1}, lambda s, t, who: s.sql(f"DELETE FROM {t} WHERE p = 1")),
    "merge": (lambda rows, who: {**{i: (n + 10 if i == 1 else n, p) for i, (n, p) in rows.items()}, 7: (rows[7][0] + 10 if 7 in rows else 7, 0), **({} if 1 in rows else {1: (7, 0)})},
              lambda s, t, who: s.sql(f"MERGE INTO {t} t USING (SELECT explode(array(1, 7)) AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = n + 10 WHEN NOT MATCHED THEN INSERT (id, n, p) VALUES (s.id, 7, 0)")),
    "overwrite": (lambda rows, who: {50 + who: (5, 0)}, lambda s, t, who: s.sql(f"INSERT OVERWRITE {t} VALUES ({50 + who}, 5, 0)")),
}
START = {1: (0, 0), 2: (0, 0), 3: (0, 1)}


def read(session, table):
    return {row["id"]: (row["n"], row["p"]) for row in session.sql(f"SELECT id, n, p FROM {table}").collect()}


@pytest.mark.parametrize("names", list(itertools.combinations_with_replacement(CHANGES, 2)), ids="-".join)
def test_two_changes_land_as_if_one_came_after_the_other(sessions, bucket, names):
    table = f"delta.`s3a://{bucket}/t`"
    sessions[0].sql(f"CREATE TABLE {table} (id INT, n INT, p INT) USING delta PARTITIONED BY (p)")
    sessions[0].sql(f"INSERT INTO {table} VALUES " + ", ".join(f"({i}, {n}, {p})" for i, (n, p) in START.items()))
    outcomes = at_once(*(lambda who=who, name=name: CHANGES[name][1](sessions[who], table, who).collect() for who, name in enumerate(names)))
    landed = [who for who, error in enumerate(outcomes) if error is None]
    assert landed, outcomes
    for error in outcomes:
        assert error is None or condition_of(error) in CONFLICTS, error
    allowed = []
    for order in itertools.permutations(landed):
        rows = START
        for who in order:
            rows = CHANGES[names[who]][0](rows, who)
        allowed.append(rows)
    assert read(sessions[0], table) in allowed
    if names == ("append", "append"):
        assert len(landed) == 2  # neither looked at what the other wrote


def test_changes_of_two_partitions_do_not_meet(sessions, bucket):
    table = f"delta.`s3a://{bucket}/t`"
    sessions[0].sql(f"CREATE TABLE {table} (id INT, p INT) USING delta PARTITIONED BY (p)")
    for round_number in range(4):
        sessions[0].sql(f"INSERT INTO {table} SELECT id, id % 2 FROM range(20)").collect()
        outcomes = at_once(*(lambda who=who: sessions[who].sql(f"DELETE FROM {table} WHERE p = {who} AND id > {round_number}").collect() for who in range(2)))
        assert outcomes == [None, None]
    assert sessions[0].sql(f"SELECT max(id) FROM {table}").collect()[0][0] <= 3


def count_up(attempts, change):
    """Tries until `attempts` changes were acknowledged; conflicts are met by trying again."""
    done = 0
    while done < attempts:
        try:
            change(done)
            done += 1
        except Exception as error:
            if condition_of(error) not in CONFLICTS and not any(word in str(error) for word in ("Concurrent", "conflict", "CommitFailed", "concurrent")):
                raise


def test_no_update_is_lost_between_two_sessions(sessions, bucket):
    table = f"delta.`s3a://{bucket}/t`"
    sessions[0].sql(f"CREATE TABLE {table} USING delta AS SELECT CAST(id AS INT) AS id, 0 AS n FROM range(4)")
    rounds = 12
    outcomes = at_once(lambda: count_up(rounds, lambda i: sessions[0].sql(f"UPDATE {table} SET n = n + 1 WHERE id = {i % 2}").collect()),
                       lambda: count_up(rounds, lambda i: sessions[1].sql(f"MERGE INTO {table} t USING (SELECT {i % 2} AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = n + 1").collect()))
    assert outcomes == [None, None]
    assert sessions[0].sql(f"SELECT sum(n) FROM {table}").collect()[0][0] == 2 * rounds
    versions = [row["version"] for row in sessions[0].sql(f"DESCRIBE HISTORY {table}").collect()]
    assert sorted(versions) == list(range(2 * rounds + 1))


@pytest.mark.only("spark42")
def test_no_update_is_lost_between_deltalake_and_spark(sessions, bucket, lab):
    import deltalake
    options = {"AWS_ENDPOINT_URL": lab.endpoint, "AWS_ACCESS_KEY_ID": "admin", "AWS_SECRET_ACCESS_KEY": "admin123", "AWS_REGION": "us-east-1",
               "AWS_ALLOW_HTTP": "true", "conditional_put": "etag"}
    table = f"delta.`s3a://{bucket}/t`"
    sessions[0].sql(f"CREATE TABLE {table} USING delta AS SELECT CAST(id AS INT) AS id, 0 AS n FROM range(4)")
    rounds = 8

    def by_deltalake(i):
        deltalake.DeltaTable(f"s3://{bucket}/t", storage_options=options).update(updates={"n": "n + 1"}, predicate=f"id = {i % 2}")

    outcomes = at_once(lambda: count_up(rounds, lambda i: sessions[0].sql(f"UPDATE {table} SET n = n + 1 WHERE id = {i % 2}").collect()), lambda: count_up(rounds, by_deltalake))
    assert outcomes == [None, None]
    assert sessions[0].sql(f"SELECT sum(n) FROM {table}").collect()[0][0] == 2 * rounds
    assert sum(deltalake.DeltaTable(f"s3://{bucket}/t", storage_options=options).to_pyarrow_table()["n"].to_pylist()) == 2 * rounds
