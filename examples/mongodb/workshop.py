# waits: documents, MongoDB
# %% [markdown]
# # A workshop on documents
# A CSV becomes documents, documents become answers.

# %%
import pandas as pd
from pymongo import MongoClient

people = MongoClient("mongodb://mongodb:27017")["workshop"]["people"]
people.delete_many({})
people.insert_many([{"name": "Ann", "age": 31, "city": "Porto"}, {"name": "Ben", "age": 44, "city": "Lyon"}, {"name": "Cem", "age": 27, "city": "Porto"}])

# %%
pd.DataFrame(people.aggregate([{"$group": {"_id": "$city", "people": {"$sum": 1}, "mean_age": {"$avg": "$age"}}}, {"$sort": {"_id": 1}}]))
