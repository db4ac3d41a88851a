"""Cost of clouds: the bill that the notebook examples/cloud/cloud_cost writes. Deploy it with

    dflab app deploy cost --folder examples/apps/cost --public-to everyone
"""

import getpass
import re

import streamlit as st
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

st.set_page_config(page_title="Cloud cost", layout="wide")
bucket = "examples-" + re.sub("[^a-z0-9]+", "-", getpass.getuser().lower()).strip("-")


@st.cache_data(ttl=60)
def bill():
    """Cost by provider, service, team and month. SPARK_REMOTE says where Spark is, and brings the owner's rights."""
    return SparkSession.builder.getOrCreate().sql(f"""
        SELECT ProviderName AS provider, ServiceName AS service, coalesce(team, '(nobody)') AS team, date_format(start, 'yyyy-MM') AS month, CAST(sum(cost) AS double) AS cost
        FROM delta.`s3a://{bucket}/cloud/bill`
        GROUP BY ProviderName, ServiceName, coalesce(team, '(nobody)'), date_format(start, 'yyyy-MM')""").toPandas()


st.title("Cloud cost")
st.caption(f"Hello, {st.context.headers.get('X-Dflab-User', 'you')}")
try:
    costs = bill()
except AnalysisException:
    st.info("There is no bill yet: run examples/cloud/cloud_cost.")
    st.stop()

chosen = st.multiselect("Providers", sorted(costs["provider"].unique()), default=sorted(costs["provider"].unique()))
shown = costs[costs["provider"].isin(chosen)]
by_month = shown.groupby("month")["cost"].sum()
left, middle, right = st.columns(3)
left.metric("All of it", f"{shown['cost'].sum():,.2f}")
middle.metric("The last month", f"{by_month.iloc[-1] if len(by_month) else 0:,.2f}")
right.metric("Of nobody", f"{shown.loc[shown['team'] == '(nobody)', 'cost'].sum():,.2f}")
left, right = st.columns(2)
left.subheader("By month and provider")
left.bar_chart(shown.pivot_table(index="month", columns="provider", values="cost", aggfunc="sum"))
right.subheader("By team")
right.bar_chart(shown.groupby("team")["cost"].sum())
st.subheader("By service")
st.dataframe(shown.groupby(["provider", "service"], as_index=False)["cost"].sum().sort_values("cost", ascending=False), hide_index=True)
