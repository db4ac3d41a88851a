"""Deterministic raw sales data: the same rows for the same number of rows, with what real files have wrong."""
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.csv

CATEGORIES = np.array(["Books", "Clothing", "Electronics", "Food", "Garden", "Health", "Music", "Sports", "Toys", "Travel"])
REGIONS = np.array(["Centro-Oeste", "Nordeste", "Norte", "Sudeste", "Sul"])
WRONG_PRICES = np.array(["N/A", "-1.00", "free", "0"])


def write_sales(path, late_path, rows):
    """Writes `rows` raw rows and the late corrections; answers what a right pipeline must find."""
    random = np.random.default_rng(20250116)
    unique = rows - rows // 50  # one in fifty is sent twice
    order = np.arange(1, unique + 1, dtype=np.int64)
    days = random.integers(0, 365, unique)
    category = random.choice(len(CATEGORIES), unique, p=np.arange(10, 0, -1) / 55)
    region = random.integers(0, len(REGIONS), unique)
    quantity = random.integers(1, 9, unique)
    cents = random.integers(99, 49_999, unique)
    customer = random.integers(1, max(2, unique // 20), unique)
    wrong = random.random(unique) < 0.01
    no_date = random.random(unique) < 0.005
    no_region = random.random(unique) < 0.02

    whole, rest = cents // 100, cents % 100
    price = np.char.add(np.char.add(whole.astype("U6"), "."), np.char.zfill(rest.astype("U2"), 2)).astype(object)
    price[wrong] = WRONG_PRICES[random.integers(0, len(WRONG_PRICES), int(wrong.sum()))]
    dates = (np.datetime64("2025-01-01") + days).astype(str).astype(object)
    dates[no_date] = None
    regions = REGIONS[region].astype(object)
    regions[no_region] = None

    again = random.integers(0, unique, rows - unique)
    index = np.concatenate([np.arange(unique), again])
    random.shuffle(index)
    table = pa.table({"order_id": order[index], "order_date": pa.array(dates[index], pa.string()), "customer_id": customer[index],
                      "category": CATEGORIES[category][index], "region": pa.array(regions[index], pa.string()), "quantity": quantity[index],
                      "price": pa.array(price[index], pa.string())})
    pa.csv.write_csv(table, path, pa.csv.WriteOptions(quoting_style="needed"))

    valid = ~wrong & ~no_date
    picked = np.unique(random.integers(0, unique, max(1, rows // 40)))
    cancelled = random.random(len(picked)) < 0.2
    changed = random.integers(1, 9, len(picked))
    late = pa.table({"order_id": order[picked], "quantity": changed, "cancelled": cancelled})
    pa.csv.write_csv(late, late_path, pa.csv.WriteOptions(quoting_style="needed"))

    final = quantity.copy()
    final[picked[~cancelled]] = changed[~cancelled]
    kept = valid.copy()
    kept[picked[cancelled]] = False
    revenue = int((final[kept].astype(object) * cents[kept].astype(object)).sum()) if kept.any() else 0
    return {"valid": int(valid.sum()), "cancelled": int(valid[picked[cancelled]].sum()), "revenue": str(Decimal(revenue) / 100 if revenue % 100 else Decimal(revenue).scaleb(-2))}
