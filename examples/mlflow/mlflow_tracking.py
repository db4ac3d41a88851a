# waits: experiments, MLflow
# %% [markdown]
# # Track experiments
# Parameters, a metric and the model of one run.

# %%
import mlflow
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_squared_error

mlflow.set_tracking_uri("http://mlflow:5000")
mlflow.set_experiment("jupyter_experiment")

# %%
x, y = [[0, 0], [1, 1], [2, 2], [3, 3]], [0, 1, 2, 3]
with mlflow.start_run() as run:
    mlflow.log_params({"n_estimators": 100, "max_depth": 4})
    model = RandomForestRegressor(n_estimators=100, max_depth=4, random_state=42).fit(x, y)
    mlflow.log_metric("mse", mean_squared_error(y, model.predict(x)))
    mlflow.sklearn.log_model(model, "random_forest_model")
    print(run.info.run_id)
