"""Sales: turnover out of the gold tables that the notebooks of examples/medallion write. Deploy it with

    dflab app deploy sales --folder examples/apps/sales --public-to everyone
"""

import getpass
import re

import streamlit as st
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

st.set_page_config(page_title="Sales", layout="wide")
bucket = "examples-" + re.sub("[^a-z0-9]+", "-", getpass.getuser().lower()).strip("-")


@st.cache_data(ttl=60)
def table(name: str):
    """A gold table with amounts as plain numbers. SPARK_REMOTE says where Spark is, and brings the owner's rights."""
    frame = SparkSession.builder.getOrCreate().read.format("delta").load(f"s3a://{bucket}/gold/{name}")
    return frame.withColumn("turnover", frame.turnover.cast("double")).toPandas()


st.title("Sales")
st.caption(f"Hello, {st.context.headers.get('X-Dflab-User', 'you')}")
try:
    turnover, months = table("turnover"), table("months")
except AnalysisException:
    st.info("There are no gold tables yet: run bronze_ingestion, silver_processing and gold_aggregations of examples/medallion, in this order.")
    st.stop()

chosen = st.multiselect("Regions", sorted(turnover["region"].unique()), default=sorted(turnover["region"].unique()))
shown = turnover[turnover["region"].isin(chosen)]
left, middle, right = st.columns(3)
left.metric("Turnover", f"{shown['turnover'].sum():,.2f}")
middle.metric("Sales", f"{shown['sales'].sum():,}")
right.metric("A sale, on average", f"{shown['turnover'].sum() / max(shown['sales'].sum(), 1):,.2f}")
left, right = st.columns(2)
left.subheader("By category and region")
left.bar_chart(shown.pivot_table(index="category", columns="region", values="turnover", aggfunc="sum"))
right.subheader("By month, all regions")
right.line_chart(months.sort_values("month").set_index("month")["turnover"])
st.dataframe(shown.sort_values("turnover", ascending=False), hide_index=True)
